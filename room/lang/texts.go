package lang

import (
	"time"

	"golang.org/x/text/language"

	"salon/room"
)

// Texts are all the words of one language, and its grammar. Verbs are those of package
// fmt; all languages take the same, in the same order.
type Texts struct {
	Manual   Manual                                       // what `salon man` says besides the help
	Tag      language.Tag                                 // the order of names
	DayUnit  string                                       // the abbreviation of a day
	Day      func(time.Time) (full, date, figures string) // of a time in its zone: in full, without its name, and in figures as commands take it
	Contract func(form, who string) string                // adapts a form to the name that fills its first verb, as « de %s » in French; nil: none needs it

	Colon       string // between a sentence and its detail
	TheOperator string
	Private     string
	Me          string
	Announce    string

	// Events. Of Kicked and Banned the first verb is who, the second by whom.
	Joined, Left, LeftWith, LeftLost, LeftSlow     string
	JoinedSeveral, JoinedCount                     string
	LeftSeveral, LeftCount, And, AndOne            string
	Renamed, TopicSet, WallBy                      string
	Kicked, KickedFlood, Banned, BannedSeveral     string
	BannedSomebody, Unbanned, UnbannedSomebody     string
	Muted, MutedUntil, Unmuted                     string
	SlowOn, SlowOff                                string
	Closing, ClosingCancelled, Gathered, UntilTime string
	Gap, GapOne, GapSome, GapBefore                string
	LostSeveral, LogLost, LogFound                 string
	Deleted, DeletedBy, Forgotten                  string // messages taken back: whose, and by whom
	Removed, RemovedBy                             string // what is left of one

	// Events in rooms. Of Invited and what follows the first verb is who, the second by whom;
	// of RoomKicked the second is the room.
	RoomMade, RoomClosed, RoomJoined, RoomLeft       string
	Invited, Uninvited, ModeratorAdded               string
	ModeratorRemoved, NowPrivate, NowPublic          string
	RoomKicked, RoomMuted, RoomMutedUntil, RoomSpeak string

	// Replies.
	Welcome, TopicIs, NoTopic, TopicBy, Present, PresentOne, NobodyHere, AndOthers                                                                                                                        string
	LastMessages, HelpHint, MoreCommands, Commands, CommandsConsole, Also                                                                                                                                 string
	Since, AwayIs, AwayNoText, LostMark, MutedMark, OperatorMark, OnNodes                                                                                                                                 string
	Connected, Key, NoKey, From, RegisteredSince, KeyCount, KeyCountOne, OpensWith, PassPhraseSet, NoPassPhrase, NoAccounts, AccountCount                                                                 string
	NewMessage, NewMessages                                                                                                                                                                               string
	NoBans, BanLine, MuteLine, ForEver, IgnoringNobody, Ignoring                                                                                                                                          string
	NothingSaid, NothingSaidOn, DayMessages, Found, FoundLast, Earlier, EarlierMessages, NothingMore, NotFound, Stats, StatsPlace, StatsNode, NodeAt, NodeBehind, NodeSilent, NodeHere, StatsLog, Skipped string
	TooOld, OlderUnread, SearchCut, NotRecorded                                                                                                                                                           string

	// Rooms: going to them, and the list of them.
	InRoom, RoomIsNew, RoomGone, PutOutOfRoom, KickedFromRoom, FirstRoom string
	RoomsCount, PrivateMark, HereMark, FollowedMark, Unread, UnreadNamed string

	// Notices.
	NowAway, NowBack, NowIgnored, NowHeard, NowLang, NowClock, NowZone, NowLeftRoom, InvitedTo                                                   string
	NowTo, NowToEveryone, ActionAlone, NotTargeted                                                                                               string
	Choices, ServersZone, NowJSON, NowPlain, NowNamed, RecipientAway, RecipientFull, RecipientCut, RecipientLost, NowResumed, LineCut, StillHere string
	PressAgain, LineKept, NoPseudoGiven, BanHint, BanNetwork                                                                                     string
	ThemeAuto, ThemeLight, ThemeDark, ThemeMono                                                                                                  string
	BellMentions, BellNone, BellAll                                                                                                              string
	NowMouse, NowNoMouse, NowText, NowScreen                                                                                                     string
	NowRegistered, NowPassSet, NowPassSetToo, NowUnregistered, NowKeyGone                                                                        string
	NowFreed, FreedBy, NowKeyAdded, NowOperator, NowGuest, NowReloaded, PutOut                                                                   string

	NowDeleted, ConfirmForget, NowForgotten string

	// Errors.
	Taken, TakenHere, TakenLost, Alike, PseudoEmpty, PseudoTooLong, PseudoCharacters                                                            string
	PseudoScripts, PseudoStart, PseudoReserved                                                                                                  string
	NobodyCalled, NotHere, SeveralNotHere, OtherNow, BackToAll, DidYouMean, SeeList, NoCommand, DidYouMeanWord                                  string
	SeeHelp, SeeHelpConsole, Usage, NotUnderstood, Denied, TooFast, TooFastLast                                                                 string
	TargetBroken, TargetKey, TargetNobody, TargetEverybody                                                                                      string
	DeniedTopic, DeniedDelete, NotBanned, NotMuted, NotIgnored, Self, SlowMode, IsMuted, IsMutedUntil, IsBanned, IsBannedUntil                  string
	ShuttingDown, ShuttingDownNow, Empty, TwoCommands, SecretPlace, TextTooLong, TooManyLines, NoteTooLong                                      string
	NobodyToReply, NoShutdown, OldNode, NoZone, TooMany, TooManyNew, Penalty, NoMemory, NotMember, Busy, NotSent                                string
	Unsure, Refused, TooLarge, Gone, Internal                                                                                                   string
	NoScreen, NoScreenNow, ScreenJSON                                                                                                           string
	Registered, AlikeRegistered, NotAllowed, WrongPassword, NoPasswordGiven, WrongPass, Guessing, Hashing, PassPhrase                           string
	NoKeyToRegister, LastKey, TooManyKeys, KeyTaken, Full, NotRegistered, NotAKey, TooManyBans, NoReload, ReloadFailed, ManySearches, NoMessage string

	NoRoom, NoRoomConsole, NotFollowed, RoomTaken, TooManyRooms                              string
	TooManyFollowed, TooManyInvited, NotFirstRoom, DeniedRoom, RoomIsMuted, RoomIsMutedUntil string

	// Endings.
	Goodbye, EndKicked, EndFlood, EndBanned, EndSlow, EndIdle                              string
	EndShutdown, EndReplaced, EndCrashed, EndReclaimed, EndDisallowed, EndMoved, EndOusted string

	// Fronts.
	AskPseudo, ChoosePseudo, TooManyTries, NotHTTP, UseSSH, Guest string
	AskPass, AskPassShown, AskPassword, AskPasswordShown          string
	VisitorBye                                                    string // to who leaves before they have a pseudo
	ExecUsage                                                     string
	NoFiles                                                       string // the program

	// The console and the command line.
	ConsoleHead, Listening, OffEphemeral, HandOut, SSHUser, NotEncrypted, Fingerprint         string
	ConsoleClosed, ConsolePrompt, Bye                                                         string
	ClientConnected, ClientFailed, ClientLost                                                 string
	HelpProgram, HelpServe, HelpClient, HelpVersion                                           string
	HelpSSH, HelpTCP, HelpData, HelpHostKey, HelpLang, HelpReplay, HelpRate                   string
	HelpBurst, HelpCutWait, HelpPerSource, HelpLogins, HelpConnectBurst, HelpMaxLogins        string
	HelpPenalty, HelpExempt, HelpProxy, HelpLog, HelpHost, HelpPort, HelpShow                 string
	HelpMetrics, HelpMetricsToken, MetricsPublic, BadToken, NoSocket, SocketTaken             string
	HelpHealth, HelpHealthAddr, HelpHealthReady, HealthBad                                    string
	HelpBench, BenchSSH, BenchTCP, BenchScreen, BenchLine, BenchRaw, BenchSize                string
	BenchStalled, BenchParallel, BenchSenders, BenchRooms, BenchRate, BenchBurst              string
	BenchDuration, BenchBytes, BenchSettle, BenchPID                                          string
	BenchSoak, BenchRestless, BenchChurn, BenchSVG                                            string
	HelpOperators, HelpAllow, HelpPasswordFile, HelpMOTD, HelpConfig, HelpKeep                string
	HelpKeepSize, HelpExport, Exporting, Indexing, HelpRooms, HelpMaxRooms                    string
	BadLine, NoSSHKey, KeyOptions, NoPassword, BadPassword, NoSetting, SetTwice, OpenToOthers string
	WritableByOthers, OwnedByOther, IsLink, IsNoFile                                          string
	DataInUse, DataForeign, DataDamaged, DataNewer, DataOlder                                 string
	HelpExportData, ExportOff, DataDirectory, DataReadOnly                                    string
	DamagedExport                                                                             string
	HelpCheck, CheckGood, CheckBad, CheckDatabase, CheckNothing, CheckOff                     string
	CheckKeys, CheckAccess, CheckKey, CheckNoKey, CheckFailed                                 string
	HelpBackup, HelpBackupFile, BackupExists, BackupFull, BackupOff, BackingUp                string
	WrongUse, MoreHelp, BadFlag, UnknownFlag, UnexpectedArgument, MissingArgument, Suggestion string
	UnknownCommand, Example, NoSuchFile                                                       string
	PortTaken, CannotListen, FewDescriptors, DiskHangs, BothOff                               string
	SocketUnknown, SocketOff, SocketNotTCP                                                    string

	// Several machines. Of NATSRollback the verbs are whose event, its place, and the stream's
	// last; of NodeNewer who wrote it, and the format.
	HelpNATS, HelpNode, HelpNATSCreds, HelpNATSNKey, HelpNATSCA, HelpNATSCert, HelpNATSKey        string
	HelpMan, HelpCompletion, HelpShell                                                            string
	HelpHostkey, HelpHostkeyHost, HelpHostkeySSH, HelpHostkeyOnly                                 string
	HostkeyKnownHosts, HostkeyFingerprints, HostkeySSHFP, HostkeyNone, HostkeyOff                 string
	HelpKey, HelpKeyFile, HelpCluster, HelpInit, HelpReplicas, HelpMaxBytes, HelpMaxAge, HelpFrom string
	NodeInMemory, NodeNameTaken, NodeNewer, NodeStops                                             string
	NATSUnreachable, NATSPermission, NATSNoJetStream, NATSOld, NATSNoStream, NATSForeign          string
	NATSExists, NATSClock, NATSRollback, NATSNoSnapshot, NATSNoMajority                           string
	InitFrom, InitDone, InitNext, InitNextFrom, InitOthers, CheckCluster, CheckHostKeys           string

	Screen ScreenTexts

	// HelpFrame are the English words around the help of the command line, each followed
	// by the words in their place.
	HelpFrame []string

	// Help holds, for each command by its Name, its arguments and a sentence.
	Help map[string]Helped

	// HelpMore says more of each, with an example between quotes, and HelpForms how an
	// argument is written.
	HelpMore  map[string]string
	HelpForms map[room.Arg]string
}

// Helped is the help on one command.
type Helped struct{ Args, Does string }

// ScreenTexts are the words of the full screen in one language. Verbs are those of
// package fmt; all languages take the same, in the same order.
type ScreenTexts struct {
	NamesTitle, Absent string

	Online, HelpKey, ReadOnly, ClosesAt, Slow, YouAreAway, MoreNames string // the header and the names

	NewMessage, NewMessages                                                               string // the unread marker
	PrivateTo                                                                             string // before a private message to others
	BelowEnd, BelowEndShort, BelowSome, BelowCalls, BelowOne, Below, MentionOne, Mentions string // the bar below
	NothingUnread, NoMention, NotHeld, Waiting, CutOne, Cut                               string // hints
	PressAgain, PressAgainShort, TabHint, Beginning, Failed                               string

	WriteToAll, WriteToOne, WriteHints, WriteBack string // what stands in an empty input
	EnterAgain                                    string // to whom

	Everyone, SearchPrompt                        string // the input
	Recall, RecallPrompt, RecallShort, RecallNone string
	PasteAsk, PasteAskShort                       string // how many lines, and bytes in the long one
	PasteOver, PasteCut, PasteOverShort           string // of how many lines, in PasteOver; then how many lines and KiB a message has at most

	HelpTitle, KeysTitle, CommandsTitle, PeopleTitle, FoundTitle, HistoryTitle string // overlays
	HelpFoot, PeopleFoot, FoundFoot, BareFoot                                  string // parts between " · ", the last the one that is kept where there is little room

	TooSmall, Summary string

	RoomsTitle string    // of the list of rooms
	RoomKeys   []KeyHelp // of whoever follows several
	Keys       []KeyHelp // what each key does, in the order of help
}

// KeyHelp is one line of the help on keys.
type KeyHelp struct{ Keys, Does string }
