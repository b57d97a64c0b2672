package room

import (
	"errors"
	"strings"

	"salon/room/state"
	"salon/room/text"
)

func doSay(c *call) (Reply, error) {
	return c.propose(state.Said{Session: c.id, Text: c.rest}, nil)
}

func doMe(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	return c.propose(state.Said{Session: c.id, Text: c.rest, Action: true}, nil)
}

func doTopic(c *call) (Reply, error) {
	if c.rest == "" {
		view, _ := c.room.view()
		return TopicIs{view.Topic()}, nil
	}
	if c.Role() < state.Operator {
		return nil, &DeniedError{c.command}
	}
	topic, err := note(c.rest)
	if err != nil {
		return nil, err
	}
	return c.propose(state.TopicSet{By: c.Pseudo(), Text: topic}, nil)
}

func doNick(c *call) (Reply, error) {
	if c.rest == "" {
		return c.usage()
	}
	to, err := text.ParsePseudo(strings.TrimPrefix(c.rest, "@"))
	if err != nil {
		return nil, err
	}
	out, err := c.room.propose(c, state.Renamed{Session: c.id, To: to, Forms: to.Forms()})
	if err != nil || out.Shown {
		return nil, err
	}
	return Notice{What: NowNamed, Name: to}, nil
}

func doAway(c *call) (Reply, error) {
	reason, err := note(c.rest)
	if err != nil {
		return nil, err
	}
	return c.propose(state.WentAway{Session: c.id, Text: reason}, Notice{What: NowAway, Text: reason})
}

func doBack(c *call) (Reply, error) {
	return c.propose(state.CameBack{Session: c.id}, Notice{What: NowBack})
}

// doQuit has the State end the session, so that the farewell is shown last.
func doQuit(c *call) (Reply, error) {
	farewell := text.Clean(text.FirstRunes(c.rest, text.MaxNote), false) // cut, not refused: people can always leave
	_, err := c.propose(state.Left{Session: c.id, Cause: state.Quit, Text: farewell}, nil)
	if errors.Is(err, state.ErrGone) || c.Session.ctx.Err() != nil { // it has ended
		err = nil
	}
	return nil, err
}
