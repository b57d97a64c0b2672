package lang

var screenEnglish = ScreenTexts{
	Online: "%d online", HelpKey: "F1 help", ClosesAt: "closes at %s", Slow: "slow mode: %s", YouAreAway: "you are away", MoreNames: "and %d more",

	NewMessage: "new message", NewMessages: "new messages (%d)",
	BelowNone: "↓ End to go down", BelowSome: "↓ %s · End to go down", BelowCalls: "↓ %s, %s · End to go down",
	BelowOne: "1 new", Below: "%d new", MentionOne: "1 mention", Mentions: "%d mentions",
	NothingUnread: "Nothing that you have not read.", NoMention: "No other mention.", NotHeld: "That message is no longer in memory.",
	Waiting: "Waiting: %d", Cut: "Too long: %d bytes left out.",
	PressAgain: "Ctrl-C again (or Ctrl-D) to leave.", TabHint: "Tab: %s",

	Everyone: "all", SearchPrompt: "search: ", RecallPrompt: "(recall) %s: ", RecallNone: "(nothing for “%s”) ",
	PasteAsk: "Paste %d lines (%d bytes)? Enter: yes · Esc: no", PasteCut: "Paste the first 16 KiB (%d lines)? Enter: yes · Esc: no",

	HelpTitle: "Help", KeysTitle: "Keys", CommandsTitle: "Commands", PeopleTitle: "Here", FoundTitle: "Found", HistoryTitle: "History",
	HelpFoot: "PgUp PgDn: turn · Esc: close", PeopleFoot: "Enter: write to them · Esc: close",
	FoundFoot: "↑ ↓: choose · Enter: go there · Esc: close", BareFoot: "Bare view, for copying. Any key to go back.",

	TooSmall: "Too small: 20x5.", Summary: "%s online, %d message(s) sent.",

	Keys: []KeyHelp{
		{"Enter · Alt-Enter", "send · new line"},
		{"Tab, Shift-Tab", "complete @pseudo, /command, argument"},
		{"Ctrl-A E B, Alt-B F", "start, end, by a letter, by a word"},
		{"Ctrl-W U K Y T, Alt-D", "cut a word, before, after; paste; swap; cut the word"},
		{"Up Down, Ctrl-P N", "what was typed before"},
		{"Ctrl-R", "search it"},
		{"PgUp PgDn", "scroll (/go up, down)"},
		{"Alt-Home · End", "top · bottom (/go top, bottom)"},
		{"Alt-U", "first unread message (/go unread)"},
		{"Alt-P, Alt-N", "previous, next mention (/go previous, next)"},
		{"Ctrl-F", "search (/search word)"},
		{"Ctrl-L · Alt-L", "redraw · bare view, for copying (/redraw, /bare)"},
		{"F1 · Esc", "this help (/keys) · close"},
		{"Ctrl-C", "clear the line; twice on an empty line: leave"},
		{"Ctrl-D on an empty line", "leave (/quit)"},
		{"Esc then a key", "as Alt and that key"},
	},
}
