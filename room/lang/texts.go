package lang

// Texts are all the words of one language. Verbs are those of package fmt; both
// languages take the same, in the same order.
type Texts struct {
	Colon       string // between a sentence and its detail
	TheOperator string
	Private     string
	Me          string
	Announce    string

	// Events.
	Joined, Left, LeftWith, LeftLost, LeftSlow               string
	Renamed, TopicSet, WallBy                                string
	Kicked, KickedFlood, Banned, BannedSeveral, BannedAbsent string
	BannedSomebody, Unbanned, UnbannedSomebody               string
	Muted, MutedUntil, Unmuted                               string
	SlowOn, SlowOff                                          string
	Closing, ClosingCancelled, Gathered, UntilTime           string
	Gap, GapOne, GapSome, GapBefore                          string
	LostSeveral, LogLost, LogFound                           string

	// Replies.
	Welcome, TopicIs, NoTopic, TopicBy, Present, PresentSingle, PresentOne, NobodyHere, AndOthers                                                                string
	LastMessages, HelpHint, MoreCommands, Commands, CommandsConsole, Also                                                                                        string
	Since, AwayIs, AwayNoText, MutedMark, OperatorMark                                                                                                           string
	Connected, Key, NoKey, From, RegisteredSince, KeyCount, KeyCountOne, OpensWith, PassPhraseSet, NoPassPhrase, NoAccounts, AccountCount                        string
	NewMessage, NewMessages                                                                                                                                      string
	NoBans, BanLine, MuteLine, ForEver, IgnoringNobody, Ignoring                                                                                                 string
	NothingSaid, NothingSaidOn, DayMessages, Found, FoundLast, Earlier, EarlierMessages, NothingMore, NotFound, Stats, StatsPlace, StatsNodes, StatsLog, Skipped string
	OlderUnread, NotRecorded                                                                                                                                     string

	// Notices.
	NowAway, NowBack, NowIgnored, NowHeard, NowLang, NowClock, NowZone            string
	NowJSON, NowPlain, NowNamed, RecipientAway, RecipientFull, LineCut, StillHere string
	PressAgain, NoPseudoGiven, BanHint                                            string
	ThemeAuto, ThemeLight, ThemeDark, ThemeMono                                   string
	BellMentions, BellNone, BellAll                                               string
	NowMouse, NowNoMouse, NowText, NowScreen                                      string
	NowRegistered, NowPassSet, NowPassSetToo, NowUnregistered, NowKeyGone         string
	NowFreed, FreedBy, NowKeyAdded, NowOperator, NowGuest, NowReloaded            string

	// Errors.
	Taken, Alike, PseudoEmpty, PseudoTooLong, PseudoCharacters                                                         string
	PseudoScripts, PseudoStart, PseudoReserved                                                                         string
	NobodyCalled, NotHere, DidYouMean, SeeList, NoCommand, DidYouMeanWord                                              string
	SeeHelp, SeeHelpConsole, Usage, Denied, TooFast, TooFastLast                                                       string
	DeniedTopic, NotBanned, NotMuted, NotIgnored, Self, SlowMode, IsMuted, IsMutedUntil, IsBanned, IsBannedUntil       string
	ShuttingDown, ShuttingDownNow, Empty, TextTooLong, TooManyLines, NoteTooLong                                       string
	NobodyToReply, NoShutdown, NoZone, TooMany, NotMember, Busy, Unrecorded                                            string
	Unsure, TooLarge, Gone, Internal                                                                                   string
	NoScreen, NoScreenNow, ScreenJSON                                                                                  string
	Registered, AlikeRegistered, NotAllowed, WrongPassword, NoPasswordGiven, WrongPass, Guessing, PassPhrase           string
	NoKeyToRegister, LastKey, TooManyKeys, KeyTaken, Full, NotRegistered, NotAKey, TooManyBans, NoReload, ReloadFailed string

	// Endings.
	Goodbye, EndKicked, EndFlood, EndBanned, EndSlow, EndIdle string
	EndShutdown, EndReplaced, EndCrashed, EndReclaimed        string

	// Fronts.
	AskPseudo, ChoosePseudo, TooManyTries, NotHTTP, UseSSH, Guest string
	AskPass, AskPassword                                          string
	ExecUsage                                                     string

	// The console and the command line.
	ConsoleHead, Listening, OffEphemeral, HandOut, SSHUser, NotEncrypted, Fingerprint         string
	ConsoleClosed, ConsolePrompt, Bye                                                         string
	ClientConnected, ClientFailed, ClientLost                                                 string
	HelpProgram, HelpServe, HelpClient, HelpVersion                                           string
	HelpSSH, HelpTCP, HelpData, HelpHostKey, HelpLang, HelpReplay, HelpRate                   string
	HelpBurst, HelpPerSource, HelpLog, HelpHost, HelpPort, HelpShow                           string
	HelpBench, BenchSSH, BenchTCP, BenchScreen, BenchLine, BenchRaw, BenchSize                string
	BenchStalled, BenchParallel, BenchSenders, BenchRate, BenchBurst                          string
	BenchDuration, BenchBytes, BenchSettle, BenchPID                                          string
	HelpOperators, HelpAllow, HelpPasswordFile, HelpMOTD, HelpConfig, HelpKeep                string
	HelpKeepSize, HelpExport, Exporting, Indexing                                             string
	BadLine, NoSSHKey, KeyOptions, NoPassword, BadPassword, NoSetting, SetTwice, OpenToOthers string
	DataInUse, DataForeign, DataDamaged, DataNewer, DataOlder                                 string
	HelpExportData, ExportOff, DataDirectory, DataReadOnly                                    string
	WrongUse, MoreHelp, BadFlag, UnknownFlag, UnexpectedArgument, MissingArgument, Suggestion string
	PortTaken, CannotListen, BothOff                                                          string

	// Help holds, for each command by its Name, its arguments and a sentence.
	Help map[string]Helped
}

// Helped is the help on one command.
type Helped struct{ Args, Does string }
