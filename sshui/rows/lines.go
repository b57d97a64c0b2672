package rows

import "strings"

// hangingIndent is how far the rows of a line stand in after its first.
const hangingIndent = 2

// HangingLines breaks lines, which hold no escape sequence, into rows for a terminal that
// only appends, so narrow that it never begins a row by itself. The rows after the first of
// each line stand in, so that what somebody wrote cannot pass for a line of its own.
func HangingLines(lines string, width int) string {
	first := max(width-1, 1) // many terminals begin the next row once the last column is full
	indent := min(hangingIndent, first/2)
	var out strings.Builder
	for line := range strings.Lines(lines) {
		line, ended := strings.CutSuffix(line, "\n")
		for i, w := 0, wrap(line, first, max(first-indent, 1)); ; i++ {
			from, to, ok := w.row()
			if !ok {
				break
			}
			if i > 0 {
				out.WriteString("\n" + strings.Repeat(" ", indent))
			}
			out.WriteString(line[from:to])
		}
		if ended {
			out.WriteByte('\n')
		}
	}
	return out.String()
}
