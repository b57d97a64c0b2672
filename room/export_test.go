package room

// What tests know of the bounds on sessions that were cut.
const (
	MaxCut    = maxKept
	UnsureFor = unsureFor

	RejoinPatience = rejoinPatience
)
