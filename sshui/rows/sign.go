package rows

// Signs are what rows draw besides words.
type Signs struct {
	Line, Gutter, Thick     string // a rule; between names and text; the same for what concerns the reader
	Came, Left, Note, Fail  string // before what happened: somebody came, or left; anything else; a failure
	Action                  string // before what somebody does
	Ellipsis                string // where text is cut
	Operator                string // beside a name
	TopLeft, TopRight       string // the corners of a box
	BottomLeft, BottomRight string
}

// The marks of columns of their own, where colours cannot say what concerns the reader.
const (
	mentionMark = "!"
	privateMark = "@"
)

var (
	unicodeSigns = Signs{"─", "│", "┃", "→", "←", "·", "✗", "*", ellipsis, "★", "╭", "╮", "╰", "╯"}
	asciiSigns   = Signs{"-", "|", "|", "->", "<-", "-", "x", "*", "..", "&", "+", "+", "+", "+"}
)

// Signs returns the signs that the terminal has.
func (c Class) Signs() *Signs {
	if c.ASCII {
		return &asciiSigns
	}
	return &unicodeSigns
}

// hasMarks reports whether what concerns the reader has a mark in a column of its own,
// because neither a thick gutter nor a colour says so.
func (c Class) hasMarks() bool { return c.narrow() || c.ASCII || c.Palette <= Basic }
