package lang_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"salon/room"
	"salon/room/lang"
	"salon/room/state"
	"salon/room/text"
)

func command(name string) *room.Command {
	for _, c := range room.Commands() {
		if c.Name == name {
			return c
		}
	}
	panic(name)
}

func pseudoError(s string) error {
	_, err := text.ParsePseudo(s)
	return err
}

func targetError(s string) error {
	t, err := state.ParseTarget(s)
	return cmp.Or(err, t.Check())
}

// complaints is everything that can go wrong, by the name it has in package
// room, and how each language says so.
var complaints = []struct {
	name   string
	err    error
	fr, en string
}{
	{"PseudoError", pseudoError(""), "Il faut un pseudo.", "A nickname is needed."},
	{"PseudoError", pseudoError("a b"), "« a b » ne peut pas être un pseudo : seulement des lettres, des chiffres et - _ .", `"a b" cannot be a nickname: only letters, digits and - _ .`},
	{"PseudoError", pseudoError("аbc"), "« аbc » mélange plusieurs alphabets : un seul par pseudo.", `"аbc" mixes several alphabets: only one per nickname.`},
	{"PseudoError", pseudoError(".a"), "« .a » doit commencer par une lettre ou un chiffre.", `".a" must begin with a letter or a digit.`},
	{"PseudoError", pseudoError("root"), "« root » est réservé. Choisissez un autre pseudo.", `"root" is reserved. Choose another nickname.`},
	{"PseudoError", pseudoError("aaaaaaaaaaaaaaaaaaaaaaaaa"), "« aaaaaaaaaaaaaaaaaaaaaaaaa » est trop long : 20 caractères au plus.", `"aaaaaaaaaaaaaaaaaaaaaaaaa" is too long: 20 characters at most.`},
	{"TakenError", &state.TakenError{Pseudo: "Ann", By: "ann"}, "Le pseudo « Ann » est déjà pris. Choisissez-en un autre.", `The nickname "Ann" is taken. Choose another.`},
	{"TakenError", &state.TakenError{Pseudo: "Ann", By: "ann", Here: true}, "Le pseudo « Ann » est déjà pris. Choisissez-en un autre. Si c'est vous et que votre connexion s'est perdue, réessayez dans une minute.", `The nickname "Ann" is taken. Choose another. If that is you and your connection was lost, try again in a minute.`},
	{"TakenError", &state.TakenError{Pseudo: "Ann", By: "ann", Lost: true, Left: 42 * time.Second}, "Le pseudo « Ann » est gardé pour quelqu'un dont la connexion vient d'être coupée. Si c'est vous, revenez avec la même clé ou, si vous n'en aviez pas, depuis la même adresse. Sinon, il sera libre dans 42 s : réessayez alors, ou choisissez-en un autre.", `The nickname "Ann" is kept for somebody whose connection was just lost. If that was you, come back with the same key or, if you had none, from the same address. Otherwise it is free in 42 s: try again then, or choose another.`},
	{"TakenError", &state.TakenError{Pseudo: "b0b", By: "bob"}, "« b0b » ressemble trop à « bob », qui est là. Choisissez-en un autre.", `"b0b" looks too much like "bob", who is here. Choose another.`},
	{"UnknownMemberError", &state.UnknownMemberError{Name: "anm", Suggestion: "ann"}, "Personne ne s'appelle « anm ». Vouliez-vous dire @ann ?", `Nobody is called "anm". Did you mean @ann?`},
	{"UnknownMemberError", &state.UnknownMemberError{Name: "Zoé", Registered: true}, "Zoé n'est pas là en ce moment.", "Zoé is not here right now."},
	{"UnknownMemberError", &state.UnknownMemberError{Name: "ann", Gone: []text.Pseudo{"ann"}}, "ann n'est pas là en ce moment.", "ann is not here right now."},
	{"UnknownMemberError", &state.UnknownMemberError{Name: "ann", Gone: []text.Pseudo{"ann"}, Target: true}, "ann n'est pas là en ce moment. « @tous » pour reparler à tous.", "ann is not here right now. \"@all\" talks to everyone again."},
	{"UnknownMemberError", &state.UnknownMemberError{Name: "ann", Gone: []text.Pseudo{"ann"}, Other: true}, "Quelqu'un d'autre s'appelle ann maintenant : rien n'a été envoyé. « @ann texte » lui écrit.", "Somebody else is called ann now: nothing was sent. \"@ann text\" writes to them."},
	{"UnknownMemberError", &state.UnknownMemberError{Name: "ann", Gone: []text.Pseudo{"ann", "bob"}}, "ann, bob ne sont pas là en ce moment : rien n'a été envoyé.", "ann, bob are not here right now: nothing was sent."},
	{"UnknownMemberError", &state.UnknownMemberError{Name: "x\x1b[31m"}, "Personne ne s'appelle « x ». « /liste » montre qui est là.", `Nobody is called "x". "/list" shows who is here.`},
	{"UnknownCommandError", &room.UnknownCommandError{Name: "lsite", Suggestion: command("list")}, "La commande « /lsite » n'existe pas. Vouliez-vous dire /liste ?", `There is no command "/lsite". Did you mean /list?`},
	{"UnknownCommandError", &room.UnknownCommandError{Name: "x"}, "La commande « /x » n'existe pas. « /aide » donne la liste.", `There is no command "/x". "/help" lists them.`},
	{"UsageError", &room.UsageError{Command: command("kick")}, "Usage : /kick pseudo [raison]", "Usage: /kick nickname [reason]"},
	{"UsageError", &room.UsageError{Command: command("theme"), Arg: "rose\x1b[31m"}, "« rose » n'est pas compris ici. Usage : /theme auto|clair|sombre|mono", `"rose" is not understood here. Usage: /theme auto|light|dark|mono`},
	{"UsageError", &room.UsageError{Command: command("tell")}, "Usage : @pseudo texte, ou @ann,bob texte", "Usage: @nickname text, or @ann,bob text"},
	{"DeniedError", &room.DeniedError{Command: command("kick")}, "/kick est réservé aux opérateurs.", "/kick is for operators."},
	{"TooFastError", &room.TooFastError{Wait: 300 * time.Millisecond}, "Trop vite : attendez 1 s.", "Too fast: wait 1 s."},
	{"TooFastError", &room.TooFastError{Wait: time.Second, Last: true}, "Trop vite : attendez 1 s, sous peine d'expulsion.", "Too fast: wait 1 s, or you will be kicked."},
	{"TooFastError", &room.TooFastError{Wait: 20 * time.Second, Slow: true}, "Mode lent : prochain message dans 20 s.", "Slow mode: next message in 20 s."},
	{"MutedError", &state.MutedError{}, "Un opérateur vous impose le silence.", "An operator muted you."},
	{"BannedError", &state.BannedError{}, "L'accès à ce salon vous est interdit", "You are banned from this room"},
	{"BannedError", &state.BannedError{Ban: state.Ban{Reason: "spam", Since: at, For: time.Hour}}, "L'accès à ce salon vous est interdit jusqu'à 15:05 : spam", "You are banned from this room until 15:05: spam"},
	{"ShuttingDownError", &room.ShuttingDownError{Left: 25 * time.Second}, "Le salon ferme dans 25 s : revenez plus tard.", "The room is closing in 25 s: come back later."},
	{"ShuttingDownError", &room.ShuttingDownError{}, "Le salon ferme : revenez plus tard.", "The room is closing: come back later."},
	{"Ending", &state.Ending{Cause: state.Expelled, By: "op"}, "Fin de session : expulsion par op", "You were kicked by op"},
	{"ErrUnavailable", state.ErrUnavailable, "Le journal du salon ne répond pas : rien n'a été envoyé, réessayez.", "The room's log is not responding: nothing was sent, try again."},
	{"ErrUnknown", state.ErrUnknown, "Impossible de savoir si le message est parti : vérifiez avant de le renvoyer.", "The message may or may not have been sent: check before you send it again."},
	{"ErrBusy", state.ErrBusy, "Le salon est surchargé : rien n'a été envoyé, réessayez.", "The room is overloaded: nothing was sent, try again."},
	{"ErrTooLarge", state.ErrTooLarge, "Trop long : rien n'a été envoyé.", "Too long: nothing was sent."},
	{"ErrClosed", state.ErrClosed, "Le salon ferme : revenez plus tard.", "The room is closing: come back later."},
	{"ErrGone", state.ErrGone, "Votre session est terminée.", "Your session is over."},
	{"ErrEmpty", room.ErrEmpty, "Rien à dire ? Tapez un message, ou /aide.", "Nothing to say? Type a message, or /help."},
	{"MutedError", &state.MutedError{Room: true}, "Le silence vous est imposé dans ce salon.", "You were muted in this room."},
	{"DeniedError", &room.DeniedError{Command: command("invite")}, "/inviter est réservé à qui modère ce salon, et aux opérateurs.", "/invite is for this room's moderators, and for operators."},
	{"ErrNoRoom", state.ErrNoRoom, "Aucun salon de ce nom pour vous. « /salons » donne la liste ; « \\#x » donne « #x ».", `There is no room of that name for you. "/rooms" lists them; "\#x" sends "#x".`},
	{"ErrNotFollowed", room.ErrNotFollowed, "Vous ne suivez pas ce salon : rien n'a été dit. « /rejoindre #nom » y mène ; « \\#x » donne « #x ».", `You do not follow that room: nothing was said. "/join #name" goes there; "\#x" sends "#x".`},
	{"ErrFirstRoom", room.ErrFirstRoom, "#salon est à tout le monde : on n'y invite personne, et on ne peut ni le quitter ni le fermer.", "#salon belongs to everyone: nobody is invited there, and it can be neither left nor closed."},
	{"ErrRoomTaken", state.ErrRoomTaken, "Ce nom est pris, ou ressemble trop à un nom pris. Choisissez-en un autre.", "That name is taken, or looks too much like one that is. Choose another."},
	{"ErrTooManyRooms", state.ErrTooManyRooms, "Il y a déjà trop de salons. « /salons » donne la liste ; un opérateur peut en fermer.", `There are too many rooms already. "/rooms" lists them; an operator can close some.`},
	{"ErrTooManyFollowed", state.ErrTooManyFollowed, "Vous suivez déjà trop de salons. « /sortir #nom » en quitte un.", `You follow too many rooms already. "/leave #name" leaves one.`},
	{"ErrTooManyInvited", state.ErrTooManyInvited, "Trop de personnes y sont déjà inscrites. « /inviter pseudo non » retire une invitation, « /moderateur pseudo non » la modération.", `Too many people are on that list already. "/invite nickname off" takes an invitation back, "/moderator nickname off" removes a moderator.`},
	{"ErrActionAlone", room.ErrActionAlone, "« /me » s'adresse à tous, et vous écrivez en privé. « @tous » pour reparler à tous.", `"/me" is for everyone, and you are writing in private. "@all" talks to everyone again.`},
	{"ErrNotTargeted", room.ErrNotTargeted, "Rien n'est parti : le choix du destinataire, juste avant, est refusé. Flèche haut : reprendre la ligne.", "Nothing was sent: choosing whom to write to, just before, was refused. Up recalls the line."},
	{"ErrTwoCommands", room.ErrTwoCommands, "Une seule commande par ligne : rien n'a été fait.", "Only one command per line: nothing was done."},
	{"ErrSecretPlace", room.ErrSecretPlace, "Rien n'a été envoyé : « /inscrire phrase » se tape seul, au début d'une ligne.", `Nothing was sent: "/register phrase" stands alone, at the start of a line.`},
	{"ErrTextTooLong", room.ErrTextTooLong, "Message trop long : 4096 octets au plus. Rien n'a été envoyé.", "Message too long: 4096 bytes at most. Nothing was sent."},
	{"ErrTooManyLines", room.ErrTooManyLines, "Trop de lignes : 40 au plus par message. Rien n'a été envoyé.", "Too many lines: 40 per message at most. Nothing was sent."},
	{"ErrNoteTooLong", room.ErrNoteTooLong, "Trop long : 200 caractères au plus. Rien n'a changé.", "Too long: 200 characters at most. Nothing has changed."},
	{"ErrNotAPassword", room.ErrNotAPassword, "il faut un mot de passe d'un Kio au plus, ou son empreinte argon2id entière (format PHC)",
		"expected: a password of 1 KiB at most, or its whole argon2id hash (PHC format)"},
	{"ErrNobody", room.ErrNobody, "Personne ne vous a encore écrit en privé. « @pseudo texte » écrit à quelqu'un.", `Nobody has written to you in private yet. "@nickname text" writes to somebody.`},
	{"OldNodeError", &state.OldNodeError{Node: state.Node{Name: "lyon", Program: "salon 1.2"}, Needs: 5}, "Refusé : le nœud lyon fait tourner salon 1.2, qui ne connaît pas encore cela. Mettez-le d'abord à jour.", "Refused: node lyon runs salon 1.2, which does not know this yet. Upgrade it first."},
	{"ErrNoShutdown", state.ErrNoShutdown, "Aucune fermeture n'est prévue.", "No shutdown is planned."},
	{"ErrTooMany", room.ErrTooMany, "Trop de connexions depuis votre adresse. Fermez-en une et réessayez.", "Too many connections from your address. Close one and try again."},
	{"ErrTooManyNew", room.ErrTooManyNew, "Trop de connexions à la fois depuis votre adresse. Réessayez dans quelques secondes.", "Too many connections at once from your address. Try again in a few seconds."},
	{"PenaltyError", &room.PenaltyError{Wait: 75 * time.Second}, "Trop d'échecs depuis votre adresse : attendez 75 s. Les clés inscrites entrent toujours par ssh.", "Too many failures from your address: wait 75 s. Registered keys still enter over ssh."},
	{"ErrNoMemory", room.ErrNoMemory, "Le salon est complet. Réessayez plus tard.", "The room is full. Try again later."},
	{"ErrNoZone", room.ErrNoZone, "Fuseau horaire inconnu. Essayez par exemple Europe/Paris.", "Unknown time zone. Try Europe/Paris, for example."},
	{"DeniedError", &room.DeniedError{Command: command("topic")}, "Seul un opérateur peut changer le sujet ; « /sujet » seul le montre.", `Only an operator can change the topic; "/topic" alone shows it.`},
	{"NotInForceError", &state.NotInForceError{What: state.NotBanned, Name: "bob"}, "Pas de bannissement pour « bob ».", `"bob" is not banned.`},
	{"NotInForceError", &state.NotInForceError{What: state.NotMuted, Name: "bob"}, "Pas de silence imposé à « bob ».", `"bob" is not muted.`},
	{"NotInForceError", &state.NotInForceError{What: state.NotIgnored, Name: "bob"}, "Vous n'ignorez pas « bob ».", `You are not ignoring "bob".`},
	{"ErrSelf", room.ErrSelf, "On ne peut pas s'ignorer soi-même.", "You cannot ignore yourself."},
	{"ErrNotMember", room.ErrNotMember, "Cette commande est pour les membres. « aide » donne celles de la console ; « shutdown n » ou Ctrl-C ferme le salon.", "That command is for members. \"help\" lists the console commands; \"shutdown n\" or Ctrl-C closes the room."},
	{"ErrNoScreen", room.ErrNoScreen, "Cette commande demande le plein écran : venez par ssh, depuis un terminal dont TERM n'est pas « dumb ».",
		`That command needs the full screen: connect by ssh, from a terminal whose TERM is not "dumb".`},
	{"ErrScreenJSON", room.ErrScreenJSON, "/json est pour les programmes : ssh -T, ou TCP brut.", "/json is for programs: ssh -T, or raw TCP."},
	{"RegisteredError", &state.RegisteredError{Pseudo: "Ann", By: "ann"},
		"Le pseudo « Ann » est inscrit. S'il est à vous, venez avec votre clé ou votre phrase de passe ; sinon, choisissez-en un autre.",
		`The nickname "Ann" is registered. If it is yours, come back with your key or your pass phrase; if not, choose another.`},
	{"RegisteredError", &state.RegisteredError{Pseudo: "b0b", By: "bob"}, "« b0b » ressemble trop à « bob », qui est inscrit. Choisissez-en un autre.", `"b0b" looks too much like "bob", which is registered. Choose another.`},
	{"TargetError", targetError("999.1.1.1"), "« 999.1.1.1 » n'est ni une adresse ni un réseau. Exemples : 192.0.2.7, 192.0.2.0/24, 2001:db8::1. Un pseudo commence ici par @.",
		`"999.1.1.1" is neither an address nor a network. Examples: 192.0.2.7, 192.0.2.0/24, 2001:db8::1. A nickname begins with @ here.`},
	{"TargetError", targetError("SHA256:k"), "« SHA256:k » n'est pas l'empreinte d'une clé : SHA256: et 43 caractères, comme « info » la montre.",
		`"SHA256:k" is not the fingerprint of a key: SHA256: and 43 characters, as "whois" shows it.`},
	{"TargetError", targetError("::"), "Personne ne vient jamais de ::.", "Nobody ever comes from ::."},
	{"TargetError", targetError("0.0.0.0/0"), "0.0.0.0/0, c'est tout le monde, vous aussi : rien n'a été banni. « --allow » choisit qui peut entrer.",
		`0.0.0.0/0 is everybody, you included: nothing was banned. "--allow" chooses who may enter.`},
	{"KeyTakenError", &state.KeyTakenError{By: "ann"}, "Votre clé est déjà celle du pseudo « ann » : une clé n'en a qu'un.", `Your key already belongs to the nickname "ann": a key has only one.`},
	{"GuessError", &room.GuessError{Wait: 9500 * time.Millisecond}, "Trop d'essais : attendez 10 s. Rien n'a été vérifié.", "Too many attempts: wait 10 s. Nothing was checked."},
	{"ReloadError", &room.ReloadError{Err: errors.New("allow:3: \x1b[31mno key")}, "Rien n'a changé : allow:3: no key", "Nothing has changed: allow:3: no key"},
	{"ErrNotAllowed", room.ErrNotAllowed, "Ce salon n'est ouvert qu'à certaines clés, et la vôtre n'en fait pas partie. Demandez à l'opérateur.", "This room is open to certain keys only, and yours is not one of them. Ask the operator."},
	{"ErrNoPassword", room.ErrNoPassword, "Ce salon a un mot de passe. Un terminal le demande ; pour une commande ou -T, connectez-vous sans clé : ssh -o PubkeyAuthentication=no.", "This room has a password. A terminal asks for it; for a command or -T, connect without a key: ssh -o PubkeyAuthentication=no."},
	{"ErrWrongPassword", room.ErrWrongPassword, "Ce n'est pas le mot de passe du salon.", "That is not the room's password."},
	{"ErrWrongPass", room.ErrWrongPass, "Ce n'est pas la phrase de passe de ce pseudo.", "That is not the pass phrase of this nickname."},
	{"ErrHashing", room.ErrHashing, "Trop de phrases de passe sont en cours de vérification : réessayez dans un instant. Rien n'a été vérifié.", "Too many pass phrases are being checked: try again in a moment. Nothing was checked."},
	{"ErrPassPhrase", room.ErrPassPhrase, "Une phrase de passe a de 8 à 128 caractères, sur une ligne. Rien n'a changé.", "A pass phrase has 8 to 128 characters, on one line. Nothing has changed."},
	{"ErrNoKey", room.ErrNoKey, "Vous n'avez pas donné de clé : tapez « /inscrire phrase de passe » (de 8 à 128 caractères), ou revenez par ssh avec une clé.", `You gave no key: type "/register pass phrase" (8 to 128 characters), or come back by ssh with a key.`},
	{"ErrLastKey", state.ErrLastKey, "C'est la seule clé, et il n'y a pas de phrase de passe : personne ne pourrait plus prendre ce pseudo. « /desinscrire » seul le libère.",
		`That is the only key, and there is no pass phrase: nobody could use this nickname any more. "/unregister" alone gives it up.`},
	{"ErrTooManyKeys", state.ErrTooManyKeys, "Huit clés au plus par pseudo. « /desinscrire SHA256:... » en retire une.", `A nickname has eight keys at most. "/unregister SHA256:..." removes one.`},
	{"ErrFull", state.ErrFull, "Plus aucun pseudo ne peut être inscrit. Demandez à l'opérateur.", "No more nicknames can be registered. Ask the operator."},
	{"ErrTooManyBans", state.ErrTooManyBans, "Il y en a déjà trop : levez-en d'abord ; « bans » donne la liste.", "There are too many already: lift some first; \"bans\" lists them."},
	{"ErrStale", state.ErrStale, "Impossible de savoir si le message est parti : vérifiez avant de le renvoyer.", "The message may or may not have been sent: check before you send it again."},
	{"RefusedError", &state.RefusedError{Code: 1}, "Cela a été refusé : réessayez pour savoir pourquoi.", "That was refused: try again to learn why."},
	{"ErrManySearches", room.ErrManySearches, "Trop de recherches sont en cours : réessayez dans un instant.", "Too many searches are under way: try again in a moment."},
	{"ErrNoMessage", room.ErrNoMessage, "Aucun message à supprimer n'a été trouvé. Un plus ancien se désigne par sa place : « /supprimer #412 ».",
		`No message to delete was found. An older one is named by its place: "/delete #412".`},
	{"DeniedError", &room.DeniedError{Command: command("delete")}, "Seuls les modérateurs de ce salon et les opérateurs suppriment les messages des autres.", "Only this room's moderators and operators can delete other people's messages."},
	{"ErrNoReload", room.ErrNoReload, "Il n'y a rien à relire.", "There is nothing to reload."},
	{"NotInForceError", &state.NotInForceError{What: state.NotRegistered, Name: "bob"}, "Le pseudo « bob » n'est pas inscrit.", `The nickname "bob" is not registered.`},
	{"NotInForceError", &state.NotInForceError{What: state.NotAKey, Name: "SHA256:k"}, "« SHA256:k » n'est pas une clé de ce pseudo.", `"SHA256:k" is not a key of this nickname.`},
	{"Ending", &state.Ending{Cause: state.Reclaimed}, "Ce pseudo est inscrit, et la clé ou le nom n'est plus à vous ici. Reconnectez-vous, sous un autre pseudo ou avec une autre clé.",
		"This nickname is registered, and the key or the name is no longer yours here. Connect again, under another nickname or with another key."},
	{"canceled", context.Canceled, "Votre session est terminée.", "Your session is over."},
	{"deadline", context.DeadlineExceeded, "Impossible de savoir si le message est parti : vérifiez avant de le renvoyer.", "The message may or may not have been sent: check before you send it again."},
	{"anything else", errors.New("x"), "Une erreur s'est produite sur le serveur. Réessayez.", "Something went wrong on the server. Try again."},
}

func TestErrorsInBothLanguages(t *testing.T) {
	for _, test := range complaints {
		for v, want := range map[lang.View]string{french(): test.fr, english(): test.en} {
			if got := v.Error(test.err); got != want {
				t.Errorf("%#v: %q, want %q", test.err, got, want)
			}
			if got := v.Error(fmt.Errorf("while talking: %w", test.err)); got != want {
				t.Errorf("%#v, wrapped: %q, want %q", test.err, got, want)
			}
		}
	}
}

// TestNoErrorIsTheServersFault fails for a new error of package room until it
// has a text of its own.
func TestNoErrorIsTheServersFault(t *testing.T) {
	said := map[string]bool{}
	for _, test := range complaints {
		said[test.name] = true
		if test.name != "anything else" && test.en == lang.Of(state.English).Internal {
			t.Errorf("%s is said to be the server's fault", test.name)
		}
	}
	all := source(t, "errors.go") + source(t, "state/errors.go") + source(t, "text/pseudo.go") + source(t, "state/ending.go")
	found := regexp.MustCompile(`(?m)^func \(\w+ \*(\w+)\) Error\(\)|^\t(Err\w+)\s+= `).FindAllStringSubmatch(all, -1)
	if len(found) < 20 {
		t.Fatalf("package room has the errors %q", found)
	}
	for _, names := range found {
		if name := names[1] + names[2]; !said[name] {
			t.Errorf("%s is not tested here", name)
		}
	}
}

func TestAMuteThatEndsAnotherDaySaysWhichDay(t *testing.T) {
	until := time.Now().Add(72 * time.Hour)
	if got, want := english().Error(&state.MutedError{Until: until}), "An operator muted you until "+until.UTC().Format("2006-01-02 15:04")+"."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestInTextModeTheScreenIsACommandAway: that there is none would be wrong there.
func TestInTextModeTheScreenIsACommandAway(t *testing.T) {
	v := french()
	v.Screen = true
	if got, want := v.Error(room.ErrNoScreen), "Cette commande est sans effet en mode texte ; « /texte » revient au plein écran."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTheConsoleTypesNoSlash(t *testing.T) {
	v := french()
	v.Console = true
	for err, want := range map[error]string{
		&room.UnknownCommandError{Name: "kik", Suggestion: command("kick")}: "La commande « kik » n'existe pas. Vouliez-vous dire kick ?",
		&room.UnknownCommandError{Name: "x"}:                                "La commande « x » n'existe pas. « wall texte » parle à tous, « aide » donne les commandes.",
		&room.UsageError{Command: command("kick")}:                          "Usage : kick pseudo [raison]",
	} {
		if got := v.Error(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	help := v.Reply(room.Help{Commands: room.Commands(), Console: true}, now)
	if strings.Contains(help, "/kick") || !strings.Contains(help, "\n*   kick pseudo") || strings.Contains(help, "absent") || strings.Contains(help, "theme") {
		t.Errorf("the console's help is\n%s", help)
	}
}
