package room

import (
	"slices"
	"strings"

	"salon/room/text"
)

// The commands, in the order of help.
var (
	talking = []*Command{
		{Name: "say", Need: Members, Flood: true, speaks: true, run: doSay}, // a line without a command; see parse
		{Name: "tell", FR: []string{"msg", "mp"}, EN: []string{"msg", "tell"}, Args: []Arg{ArgMember}, Need: Members, Flood: true, speaks: true, takesArg: true, quotes: true, run: doTell},
		{Name: "reply", FR: []string{"r", "repondre", "répondre"}, EN: []string{"r", "reply"}, Need: Members, Flood: true, speaks: true, takesArg: true, quotes: true, run: doReply},
		{Name: "me", FR: []string{"me", "moi"}, EN: []string{"me"}, Need: Members, Flood: true, speaks: true, takesArg: true, run: doMe},
		{Name: "nick", FR: []string{"pseudo"}, EN: []string{"nick"}, Need: Members, Flood: true, takesArg: true, run: doNick},
		{Name: "away", FR: []string{"absent"}, EN: []string{"away"}, Need: Members, run: doAway},
		{Name: "back", FR: []string{"retour"}, EN: []string{"back"}, Need: Members, run: doBack},
		{Name: "quit", FR: []string{"quitter", "q"}, EN: []string{"quit", "exit"}, Need: Members, run: doQuit},
	}
	asking = []*Command{
		{Name: "list", FR: []string{"liste", "qui"}, EN: []string{"list", "who", "names"}, inRoom: true, run: doList},
		{Name: "info", FR: []string{"info"}, EN: []string{"whois", "info"}, Args: []Arg{ArgMember}, run: doInfo},
		{Name: "topic", FR: []string{"sujet"}, EN: []string{"topic"}, acts: true, asks: true, inRoom: true, run: doTopic},
		{Name: "history", FR: []string{"historique"}, EN: []string{"history"}, Args: []Arg{ArgDay, ArgText}, Flood: true, inRoom: true, run: doHistory},
		{Name: "search", FR: []string{"chercher"}, EN: []string{"search"}, Args: []Arg{ArgWords}, Flood: true, quotes: true, run: doSearch},
		{Name: "more", FR: []string{"suite"}, EN: []string{"more"}, Flood: true, run: doMore},
		{Name: "delete", FR: []string{"supprimer"}, EN: []string{"delete"}, Args: []Arg{ArgMember, ArgText}, Flood: true, acts: true, inRoom: true, run: doDelete},
		{Name: "help", FR: []string{"aide"}, EN: []string{"help", "?"}, Args: []Arg{ArgCommand}, quotes: true, run: doHelp},
	}
	// meeting is for rooms: going to them, and governing them.
	meeting = []*Command{
		{Name: "join", FR: []string{"rejoindre", "j"}, EN: []string{"join", "j"}, Args: []Arg{ArgRoom, ArgText}, Need: Members, Flood: true, takesArg: true, moves: true, run: doJoin},
		{Name: "rooms", FR: []string{"salons"}, EN: []string{"rooms"}, Flood: true, run: doRooms},
		{Name: "leave", FR: []string{"sortir"}, EN: []string{"leave", "part"}, Args: []Arg{ArgRoom, ArgText}, Need: Members, Flood: true, inRoom: true, moves: true, run: doLeave},
		{Name: "invite", FR: []string{"inviter"}, EN: []string{"invite"}, Args: []Arg{ArgMember, ArgSwitch, ArgText}, Need: Moderators, Flood: true, acts: true, takesArg: true, inRoom: true, run: doInvite},
		{Name: "private", FR: []string{"prive", "privé"}, EN: []string{"private"}, Args: []Arg{ArgSwitch, ArgText}, Need: Moderators, Flood: true, acts: true, inRoom: true, run: doPrivate},
		{Name: "moderator", FR: []string{"moderateur", "modérateur"}, EN: []string{"moderator"}, Args: []Arg{ArgMember, ArgSwitch, ArgText}, Need: Moderators, Flood: true, acts: true, takesArg: true, inRoom: true, run: doModerator},
		{Name: "close", FR: []string{"fermer"}, EN: []string{"close"}, Args: []Arg{ArgRoom, ArgText}, Need: Moderators, Flood: true, acts: true, inRoom: true, moves: true, run: doClose},
	}
	setting = []*Command{
		{Name: "ignore", FR: []string{"ignorer"}, EN: []string{"ignore"}, Args: []Arg{ArgMember}, Need: Members, run: doIgnore},
		{Name: "unignore", FR: []string{"entendre"}, EN: []string{"unignore", "hear"}, Args: []Arg{ArgIgnored}, Need: Members, run: doUnignore},
		{Name: "lang", FR: []string{"lang", "langue"}, EN: []string{"lang", "language"}, Args: []Arg{ArgLang, ArgText}, Flood: true, run: doLang},
		{Name: "clock", FR: []string{"heure"}, EN: []string{"time"}, Args: []Arg{ArgClock}, Flood: true, run: doClock},
		{Name: "zone", FR: []string{"fuseau"}, EN: []string{"tz"}, Args: []Arg{ArgZone, ArgText}, Flood: true, run: doZone},
		{Name: "json", FR: []string{"json"}, EN: []string{"json"}, Args: []Arg{ArgSwitch, ArgText}, Need: Lines, run: doJSON},
	}
	registering = []*Command{
		{Name: "register", FR: []string{"inscrire"}, EN: []string{"register"}, Need: Members, Flood: true, secret: true, run: doRegister},
		{Name: "forget", FR: []string{"oublier"}, EN: []string{"forget"}, Args: []Arg{ArgText}, Need: Members, Flood: true, takesArg: true, run: doForget},
		{Name: "unregister", FR: []string{"desinscrire"}, EN: []string{"unregister"}, Args: []Arg{ArgKey}, Need: Members, Flood: true, run: doUnregister},
	}
	// viewing is for a terminal that can show a screen: how it looks, and what its
	// keys do, for those who cannot type them.
	viewing = []*Command{
		{Name: "theme", FR: []string{"theme"}, EN: []string{"theme"}, Args: []Arg{ArgTheme, ArgText}, Need: Screens, Flood: true, run: doTheme},
		{Name: "bell", FR: []string{"cloche"}, EN: []string{"bell"}, Args: []Arg{ArgBell, ArgText}, Need: Screens, Flood: true, run: doBell},
		{Name: "mouse", FR: []string{"souris"}, EN: []string{"mouse"}, Args: []Arg{ArgSwitch, ArgText}, Need: Screens, Flood: true, run: doMouse},
		{Name: "plain", FR: []string{"texte"}, EN: []string{"plain"}, Args: []Arg{ArgSwitch, ArgText}, Need: Screens, run: doPlain},
		{Name: "go", FR: []string{"aller"}, EN: []string{"go"}, Args: []Arg{ArgWhere, ArgText}, Need: Screens, run: doGo},
		{Name: "bare", FR: []string{"nu"}, EN: []string{"bare"}, Args: []Arg{ArgText}, Need: Screens, run: doTurn(TurnBare)},
		{Name: "redraw", FR: []string{"redessiner"}, EN: []string{"redraw"}, Args: []Arg{ArgText}, Need: Screens, run: doTurn(TurnRedraw)},
		{Name: "keys", FR: []string{"touches"}, EN: []string{"keys"}, Args: []Arg{ArgText}, Need: Screens, run: doTurn(TurnKeys)},
	}
	// moderating is what operators and the console do. Each word works in
	// both languages.
	moderating = []*Command{
		{Name: "wall", FR: []string{"wall", "annonce"}, EN: []string{"wall", "announce"}, Need: Operators, acts: true, takesArg: true, run: doWall},
		{Name: "kick", FR: []string{"kick", "expulser"}, EN: []string{"kick"}, Args: []Arg{ArgMember}, Need: Moderators, acts: true, takesArg: true, inRoom: true, run: doKick},
		{Name: "ban", FR: []string{"ban", "bannir"}, EN: []string{"ban"}, Args: []Arg{ArgTarget, ArgDuration}, Need: Operators, acts: true, takesArg: true, run: doBan},
		{Name: "unban", FR: []string{"unban", "debannir", "débannir"}, EN: []string{"unban"}, Args: []Arg{ArgBan}, Need: Operators, acts: true, takesArg: true, run: doUnban},
		{Name: "bans", FR: []string{"bans"}, EN: []string{"bans"}, Need: Operators, run: doBans},
		{Name: "mute", FR: []string{"mute", "museler"}, EN: []string{"mute"}, Args: []Arg{ArgMember, ArgDuration, ArgText}, Need: Moderators, acts: true, takesArg: true, inRoom: true, run: doMute},
		{Name: "unmute", FR: []string{"unmute"}, EN: []string{"unmute"}, Args: []Arg{ArgMuted, ArgText}, Need: Moderators, acts: true, inRoom: true, run: doUnmute},
		{Name: "free", FR: []string{"liberer", "libérer"}, EN: []string{"free"}, Args: []Arg{ArgAccount}, Need: Operators, acts: true, asks: true, run: doFree},
		{Name: "slow", FR: []string{"slow", "lent"}, EN: []string{"slow"}, Args: []Arg{ArgSeconds, ArgText}, Need: Moderators, acts: true, inRoom: true, run: doSlow},
		{Name: "stats", FR: []string{"stats"}, EN: []string{"stats"}, Need: Operators, run: doStats},
		{Name: "reload", FR: []string{"reload", "recharger"}, EN: []string{"reload"}, Need: Operators, acts: true, run: doReload},
		{Name: "shutdown", FR: []string{"shutdown", "arret", "arrêt"}, EN: []string{"shutdown"}, Args: []Arg{ArgShutdown}, Need: Operators, acts: true, run: doShutdown},
	}
	// ofNodes are used on a node of several in place of those that are called alike.
	ofNodes = []*Command{
		{Name: "shutdown nodes", FR: []string{"shutdown", "arret", "arrêt"}, EN: []string{"shutdown"}, Args: []Arg{ArgShutdown, ArgNodes}, Need: Operators, acts: true, run: doShutdown},
	}
)

// commands is the table of all of them.
var commands = newTable(slices.Concat(talking, asking, meeting, setting, registering, viewing, moderating))

// nodeCommands is the table on a node of several.
var nodeCommands = newTable(append(slices.DeleteFunc(Commands(), func(c *Command) bool { return c.Name == "shutdown" }), ofNodes...))

// NodeCommands returns those that only a node of several has, each in place of the one that is
// called alike.
func NodeCommands() []*Command { return slices.Clone(ofNodes) }

// Commands returns all commands, in the order of help. They are shared: never to be
// changed.
func Commands() []*Command { return slices.Clone(commands.all) }

// Calls returns the command that a line calls by its name, nil for none, and what
// follows the name. It asks for no rights: the member may not use the command.
func Calls(line string) (c *Command, rest string) { return commands.called(line) }

// Speaks reports whether a line that a member types is something said, to everyone or
// to somebody alone. It checks neither rights nor names: the line may be refused.
func Speaks(line string) bool {
	line = strings.TrimSpace(line)
	_, targets := Targets(line)
	switch c, _ := Calls(line); {
	case line == "", targets, commands.holdsTwo(line), commands.misplacesSecret(line):
		return false
	case c != nil:
		return c.speaks
	}
	return line[0] != '/' || isPath(line)
}

// Moves reports whether a line that a member types goes to another room, or may: lines behind
// it are meant for there. It checks neither rights nor names.
func Moves(line string) bool {
	line = strings.TrimSpace(line)
	if c, _ := Calls(line); c != nil {
		return c.moves
	}
	_, err := text.ParseRoomName(line)
	return err == nil
}

// Addressee returns whom a line that is still being typed will go to alone: the names
// in it, without their @, or "" for whomever the command "reply" answers. alone is
// false while it goes to everyone, or while the names are still being typed. It looks
// no name up.
func Addressee(line string) (names string, alone bool) {
	line += "." // the word to come: a name that nothing follows is still being typed
	names, said, ok := addressed(line)
	if ok {
		return names, said != "" && !everyoneWords.is(names)
	}
	switch c, rest := Calls(line); {
	case c == nil:
	case c.Name == "reply":
		return "", rest != ""
	case c.Name == "tell":
		names, said = text.CutSpace(rest)
		return strings.TrimLeft(names, "@"), said != ""
	}
	return "", false
}
