package state

func (st *State) Peer(m *Member) Peer { return Peer{m.Pseudo, st.Proof(m), m.Since} }

// isPeer reports whether m is who was spoken with: the same key or account, or still
// the same stay.
func (st *State) IsPeer(m *Member, p Peer) bool {
	return p.proof != "" && p.proof == st.Proof(m) || p.since.Equal(m.Since)
}
