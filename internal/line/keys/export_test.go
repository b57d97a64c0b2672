package keys

// MaxSequence is the bound on what is kept of a sequence.
const MaxSequence = maxSequence

// KeptBuffer is the bound on what is kept between sequences.
const KeptBuffer = keptBuffer

// Held returns how much memory the Decoder holds besides itself.
func (d *Decoder) Held() int {
	if d.paste != nil {
		return cap(d.held) + cap(d.paste.kept)
	}
	return cap(d.held)
}
