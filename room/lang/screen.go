package lang

import (
	"fmt"
	"strings"

	"salon/room"
	"salon/room/state"
)

// ScreenTexts are the words of the full screen in one language. Verbs are those of
// package fmt; both languages take the same, in the same order.
type ScreenTexts struct {
	Online, HelpKey, ReadOnly, ClosesAt, Slow, YouAreAway, MoreNames string // the header and the names

	NewMessage, NewMessages                                                               string // the unread marker
	BelowEnd, BelowEndShort, BelowSome, BelowCalls, BelowOne, Below, MentionOne, Mentions string // the bar below
	NothingUnread, NoMention, NotHeld, Waiting, CutOne, Cut                               string // hints
	PressAgain, PressAgainShort, TabHint, Beginning, Failed                               string

	Everyone, SearchPrompt                        string // the input
	Recall, RecallPrompt, RecallShort, RecallNone string
	PasteAsk, PasteAskShort                       string // how many lines, and bytes in the long one
	PasteOver, PasteCut, PasteOverShort           string // of how many lines, in PasteOver; then how many lines and KiB a message has at most

	HelpTitle, KeysTitle, CommandsTitle, PeopleTitle, FoundTitle, HistoryTitle string // overlays
	HelpFoot, PeopleFoot, FoundFoot, BareFoot                                  string // parts between " · ", the last the one that is kept where there is little room

	TooSmall, Summary string

	Keys []KeyHelp // what each key does, in the order of help
}

// KeyHelp is one line of the help on keys.
type KeyHelp struct{ Keys, Does string }

// ScreenOf returns a language's words for the full screen.
func ScreenOf(l state.Lang) *ScreenTexts {
	if l == state.English {
		return &screenEnglish
	}
	return &screenFrench
}

// Count says how many people are here.
func Count(n int, l state.Lang) string { return fmt.Sprintf(ScreenOf(l).Online, n) }

// Also lists all words that call a command; "" where there is one.
func (v View) Also(c *room.Command) string {
	words := c.Words()
	if len(words) < 2 {
		return ""
	}
	for i := range words {
		words[i] = v.slash() + words[i]
	}
	return fmt.Sprintf(v.texts().Also, strings.Join(unique(words), ", "))
}

// Explain returns how a command is used and what it does.
func (v View) Explain(c *room.Command) (usage, does string) {
	return v.Usage(c), v.texts().Help[c.Name].Does
}
