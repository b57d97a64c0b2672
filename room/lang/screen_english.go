package lang

var screenEnglish = ScreenTexts{
	Online: "%d online", HelpKey: "F1 help", ReadOnly: "read-only", ClosesAt: "closes at %s", Slow: "slow mode: %s", YouAreAway: "away", MoreNames: "and %d more",

	NewMessage: "new message", NewMessages: "new messages (%d)",
	BelowEnd: "End to go down", BelowEndShort: "End: go down", BelowSome: "↓ %s", BelowCalls: "↓ %s, %s",
	BelowOne: "1 new", Below: "%d new", MentionOne: "1 mention", Mentions: "%d mentions",
	NothingUnread: "Everything is read.", NoMention: "No other mention.", NotHeld: "Too old: that message is no longer in memory.",
	Waiting: "Waiting: %d", CutOne: "Too long: 1 byte left out.", Cut: "Too long: %d bytes left out.",
	PressAgain: "Ctrl-C again to leave.", PressAgainShort: "Ctrl-C: leave", Beginning: "This is the beginning.", Failed: "Failed: try again.", TabHint: "Tab: %s",

	Everyone: "all", SearchPrompt: "search: ",
	Recall: "recall: ", RecallPrompt: "recall “%s”: ", RecallShort: "“%s” ", RecallNone: "nothing: “%s” ",
	PasteAsk: "Paste %d lines (%d bytes)? Enter: yes · Esc: no", PasteAskShort: "%d lines? y/n",
	PasteOver: "Paste %d lines (%d lines and %d KiB at most in a message)? y/n", PasteOverShort: "Too much: paste? y/n",
	PasteCut: "Paste the first 16 KiB (%d lines and %d KiB at most in a message)? y/n",

	HelpTitle: "Help", KeysTitle: "Keys", CommandsTitle: "Commands", PeopleTitle: "Online", FoundTitle: "Found", HistoryTitle: "History",
	HelpFoot: "PgUp PgDn: scroll · Esc: close", PeopleFoot: "↑ ↓: choose · Enter: write to them · Esc: close",
	FoundFoot: "↑ ↓: choose · Enter: go there · Esc: close", BareFoot: "Bare view, for copying · Any key to go back",

	TooSmall: "Too small: 20x5 at least.", Summary: "%s online, messages sent: %d.",

	Keys: []KeyHelp{
		{"Enter · Alt-Enter", "send · new line"},
		{"Tab, Shift-Tab", "complete @nickname, /command, argument"},
		{"Ctrl-A E B, Alt-B F", "go to the start, the end, by a letter, by a word"},
		{"Ctrl-W U K, Alt-D", "cut the word before, all before, all after, the word after"},
		{"Ctrl-Y · Ctrl-T", "put back what was cut · swap two letters"},
		{"Up Down, Ctrl-P N", "go through the lines typed before"},
		{"Ctrl-R", "search them"},
		{"PgUp PgDn", "scroll (/go up, down)"},
		{"Alt-Home · End", "top · bottom (/go top, bottom)"},
		{"Alt-U", "first unread message (/go unread)"},
		{"Alt-P, Alt-N", "previous, next mention (/go previous, next)"},
		{"Ctrl-F", "search the room (/search word)"},
		{"Ctrl-L · Alt-L", "redraw · bare view, for copying (/redraw, /bare)"},
		{"F1 · Esc", "this help (/keys) · close"},
		{"Ctrl-C", "clear the line; twice on an empty line: leave"},
		{"Ctrl-D on an empty line", "leave (/quit)"},
		{"Esc then a key", "same as Alt and that key"},
	},
}
