package room

import (
	"context"
	"fmt"
	"slices"
	"time"

	"salon/room/state"
)

// Health is that of a store whose memory never fails.
func (m *MemoryStore) Health() (state.Health, <-chan struct{}) { return state.Health{}, nil }

// Skip notes that what was said after all that Apply was given, up to a place, is missing:
// there is a Gap until Fill was given it.
func (m *MemoryStore) Skip(upto state.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if upto <= m.applied {
		return
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	gap := state.Event{Seq: m.applied + 1, Time: now, Body: state.Gap{To: now, Upto: upto}}
	if n := len(m.spoken); n > 0 {
		gap.Time = m.spoken[n-1].Time
		gap.Body = state.Gap{From: gap.Time, To: now, Upto: upto}
	}
	m.spoken = append(m.spoken, gap)
	m.applied = upto
	m.trimLocked()
}

// Missing returns what is missing and may be filled, the newest first.
func (m *MemoryStore) Missing(context.Context) ([]state.Missing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []state.Missing
	for _, e := range slices.Backward(m.spoken) {
		if g, ok := e.Body.(state.Gap); ok && g.Upto != 0 {
			list = append(list, state.Missing{First: e.Seq, Last: g.Upto})
		}
	}
	return list, nil
}

// Fill adds some of the spoken events that are missing: the last ones of in, all of those from
// one place on. Of a message that is there it takes over only that it was taken back. A Gap among
// them is what nobody else has. What there is no room for is left out, and is not missing any
// more.
func (m *MemoryStore) Fill(_ context.Context, in state.Missing, from state.Seq, spoken []state.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := in.Check(from, spoken); err != nil {
		return err
	}
	if in.Last > m.applied {
		return fmt.Errorf("room: nothing is known of what comes after event %d", m.applied)
	}
	m.shrinkGapsLocked(in.Last, from)
	for _, e := range spoken {
		for i := range m.erased {
			if left, ok := m.erased[i].Takes(&e); ok {
				e.Body = left
			}
		}
		m.addLocked(e)
	}
	m.trimLocked()
	return nil
}

// shrinkGapsLocked takes what is between two places from the gaps that end there.
func (m *MemoryStore) shrinkGapsLocked(last, from state.Seq) {
	for i := len(m.spoken) - 1; i >= 0; i-- {
		e := &m.spoken[i]
		g, ok := e.Body.(state.Gap)
		switch {
		case !ok || g.Upto < from || g.Upto > last:
		case e.Seq >= from:
			m.spoken = slices.Delete(m.spoken, i, i+1)
		default:
			g.Upto, g.Count = from-1, 0
			e.Body = g
		}
	}
}

func (m *MemoryStore) addLocked(e state.Event) {
	i, there := slices.BinarySearchFunc(m.spoken, e.Seq, func(e state.Event, seq state.Seq) int { return int(int64(e.Seq - seq)) })
	if !there {
		m.spoken = slices.Insert(m.spoken, i, e)
		m.bytes += state.Size(e.Body)
		return
	}
	had, said := m.spoken[i].Body.(state.Said)
	if has, ok := e.Body.(state.Said); ok && said && has.Removed != nil && had.Removed == nil {
		m.bytes += state.Size(has) - state.Size(had)
		m.spoken[i].Body = has
	}
}

// Erased returns the places of messages after a place that were taken back, in order, n at
// most.
func (m *MemoryStore) Erased(_ context.Context, after state.Seq, n int) ([]state.Seq, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []state.Seq
	for _, e := range m.spoken {
		if said, ok := e.Body.(state.Said); ok && said.Removed != nil && e.Seq > after && len(list) < n {
			list = append(list, e.Seq)
		}
	}
	return list, nil
}
