package room

import "time"

// dayWords are the days that have a word, by how many days ago they are.
var dayWords = []choice{{"aujourd'hui", "today", "aujourdhui"}, {"hier", "yesterday"}, {"avant-hier"}}

// dayForms are how else a day is written: ISO 8601's way, and the French one.
var dayForms = []string{"2006-01-02", "2/1/2006"}

// day understands a day in the member's time zone: when it begins, and when the
// next one does.
func (c *call) day(word string) (from, to time.Time, ok bool) {
	zone := c.Prefs().Zone
	if zone == nil {
		zone = time.Local
	}
	if ago, ok := pick(dayWords, word); ok {
		y, m, d := time.Now().In(zone).Date()
		return time.Date(y, m, d-ago, 0, 0, 0, 0, zone), time.Date(y, m, d-ago+1, 0, 0, 0, 0, zone), true
	}
	for _, form := range dayForms {
		if t, err := time.ParseInLocation(form, word, zone); err == nil {
			return t, time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, zone), true
		}
	}
	return time.Time{}, time.Time{}, false
}
