package main

import (
	"fmt"
	"strings"
)

// overRooms are the attacks with rooms, where everybody may make them.
func overRooms() []attack {
	everyone := []string{"--rooms", "everyone"}
	return []attack{
		{name: "rooms-make", what: "a room made after another", life: asking(func(i int) string { return fmt.Sprintf("/join #x%d", i) }), flags: everyone},
		{name: "rooms-hop", what: "going from room to room", life: asking(func(i int) string { return fmt.Sprintf("/join #hop%d", i%3) }), flags: everyone},
		{name: "rooms-come-and-go", what: "joining and leaving a room", life: asking(func(i int) string { return []string{"/join #door", "/leave #door"}[i%2] }), flags: everyone},
		{name: "rooms-guess", what: "names of rooms that are not there", life: asking(func(i int) string { return fmt.Sprintf("#private%d hello", i) }), flags: everyone},
		{name: "rooms-mention", what: "messages that name everybody", life: asking(func(i int) string {
			if i == 0 {
				return "/join #bell"
			}
			return "#bell " + strings.Repeat("b0 b1 b2 @b3 ", 300)
		}), flags: everyone},
		{name: "rooms-list", what: "/rooms and /list #room without pause", life: asking(func(i int) string { return []string{"/rooms", "/list #salon"}[i%2] }), flags: everyone},
	}
}
