package sshui

import "salon/room"

const inFrench, inEnglish = "fr_FR.UTF-8", "en_GB.UTF-8"

// Keys as a terminal sends them.
const (
	keyEnter = "\r"
	keyTab   = "\t"
	keyF1    = "\x1bOP"
	keyCtrlF = "\x06"
	lookAway = "\x1b[O" // the window is no longer in front
	lookBack = "\x1b[I"
)

// topics are what the room is about, by the language of the picture.
var topics = map[string]string{inFrench: "la démo est à 15 h, salle 3", inEnglish: "demo at three, cake at four"}

var class = []room.Entry{teacher("prof"), overTelnet("bob"), overTelnet("léa"), overTelnet("marc"), overTelnet("paul"), overTelnet("tom"), overTelnet("zoé")}

// team is who is there in the English pictures; emi is an operator.
var team = []room.Entry{teacher("emi"), overTelnet("bob"), overTelnet("carlos"), overTelnet("sam"), overTelnet("zoë")}

var pictures = []pictured{
	{"team", "A conversation in the full screen: names in colours, private messages and mentions set apart, an announcement, code, a link, a line above what is new, the rooms on the left and the people on the right.", 110, 25, inEnglish, team, teamTalk},
	{"conversation", "Une conversation : qui parle, ce qui est privé, une annonce, ce qui est nouveau, qui est là.", 120, 26, inFrench, class, talk},
	{"conversation-80x24", "La même conversation sur un terminal de 80 colonnes.", 80, 24, inFrench, class, talk},
	{"search", "Une recherche : les messages trouvés dans un cadre, par-dessus la conversation.", 80, 24, inFrench, class, searched},
	{"help", "The help: what one can type, in a box over the conversation.", 80, 24, inEnglish, team, helped},
	{"private", "Un dialogue privé : tout ce qui est écrit va à léa.", 80, 24, inFrench, class, confided},
	{"refused", "Une ligne refusée reste dans la saisie, avec la raison.", 80, 24, inFrench, class, refusedLine},
	{"first-visit", "A first visit: what was said before, then the welcome with the commands.", 80, 24, inEnglish, team, func(*studio) {}},
	{"names", "Qui est là : un opérateur, des absents, chacun dans sa couleur ; Tab complète un pseudo.", 120, 26, inFrench, append(class, overTelnet("élise"), overTelnet("hugo"), overTelnet("inès"), overTelnet("louis"), overTelnet("emma")), names},
	{"narrow", "La conversation sur 40 colonnes et 12 lignes.", 40, 12, inFrench, class, talk},
	{"least", "La conversation sur 20 colonnes et 5 lignes.", 20, 5, inFrench, class, talk},
}

// talk is the conversation of the French pictures.
func talk(s *studio) {
	s.does("marc: la salle 3 est ouverte, les chaises sont en place", "léa: merci ! il y a combien de monde ?", "marc: une vingtaine, et deux classes du lycée à 16 h")
	s.types("parfait, j'arrive", keyEnter)
	s.does("zoé: qui a la clé de l'armoire ?", "tom: elle est chez moi, je te l'apporte")
	s.waits(1)
	s.does("bob: bonjour ann, prête pour la démo ?", "bob: cléo apporte le projecteur")
	s.types("bonjour bob, presque 🙂", keyEnter)
	s.does("cléo: /retour")
	s.waits(1)
	s.does("cléo: bonjour à tous, le plan : https://exemple.org/plan", "cléo: il manque les badges ; pour lancer : `go run .`")
	s.does("léa: @ann tu as cinq minutes, puis les questions")
	s.types("@léa merci !", keyEnter)
	s.does("paul: /quitter", "zoé: /quitter", "tom: /absent à table")
	s.waits(2)
	s.orders("wall la salle ferme à 18 h")
	s.does("bob: /me lève la main")
	s.types(lookAway)
	s.waits(1)
	s.does("léa: on t'attend en salle 3, @ann : viens quand tu veux", "marc: j'ai le projecteur, et le câble", "marc: et moi le café ☕")
	s.types(lookBack)
}

// teamTalk is what README.md shows first.
func teamTalk(s *studio) {
	s.does("emi: /join #dev", "sam: /join #dev", "emi: /join #salon", "sam: /join #salon")
	s.types("/join #dev", keyEnter, "/join #salon", keyEnter)
	s.does("sam: morning! the build is green, for once", "emi: before coffee? suspicious 🤔")
	s.types("I only restarted it **twice**", keyEnter)
	s.does("carlos: I was about to look into it", "carlos: so I go on doing nothing")
	s.waits(1)
	s.does("zoë: slides for the demo: https://example.org/slides", "bob: nice, and the last one made me laugh", "bob: @ann can you show it at three?")
	s.types("@bob yes, if nobody looks at my desktop 🙈", keyEnter)
	s.does("bob: @ann your secret is safe with me", "noor: hello everyone 👋", "emi: welcome noor!", "carlos: scripts can talk too, noor: `ssh salon '@all hello'`")
	s.does("zoë: /away lunch", "emi: /me lights the oven")
	s.waits(2)
	s.types(lookAway)
	s.orders("wall cake in the kitchen at four")
	s.waits(1)
	s.does("sam: is it the lemon one?", "emi: it is 🍋 and @ann, we keep you a slice", "sam: #dev tests pass on arm64 too", "carlos: so this is what the green build was for", "noor: I like this place already")
	s.types(lookBack)
}

func searched(s *studio) {
	talk(s)
	s.types(keyCtrlF, "projecteur", keyEnter)
}

func helped(s *studio) {
	teamTalk(s)
	s.types(keyF1)
}

func confided(s *studio) {
	s.does("bob: bonjour à tous", "léa: @ann tu as une minute ?")
	s.types("@léa", keyEnter, "oui, dis-moi", keyEnter)
	s.does("léa: @ann je ne trouve plus le plan de la démo, tu l'as encore ?", "bob: on commence dans dix minutes")
	s.types("il est là : https://exemple.org/plan", keyEnter)
	s.does("léa: @ann merci, tu me sauves")
	s.types("de rien")
}

func refusedLine(s *studio) {
	talk(s)
	s.types("/chercer projecteur", keyEnter)
}

func names(s *studio) {
	s.does("cléo: bonjour à tous", "tom: /absent à table", "inès: /absent", "marc: salut cléo", "élise: bonjour", "hugo: qui a le plan ?", "louis: moi, j'arrive", "emma: moi aussi", "léa: il est sur la table, en salle 3")
	s.types("merci @l", keyTab)
}

// firstTalk is what was said before somebody comes for the first time.
func firstTalk(s *studio) {
	s.does("sam: morning! the demo is in room 3", "bob: I bring the projector", "zoë: and I the good cable")
	s.waits(2)
}
