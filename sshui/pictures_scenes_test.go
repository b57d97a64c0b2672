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

var class = []room.Entry{teacher("prof"), overTelnet("bob"), overTelnet("léa"), overTelnet("marc"), overTelnet("paul"), overTelnet("tom"), overTelnet("zoé")}

var pictures = []pictured{
	{"conversation", "Une conversation : qui parle, ce qui est privé, une annonce, ce qui est nouveau, qui est là.", 120, 26, inFrench, class, talk},
	{"conversation-80x24", "La même conversation sur un terminal de 80 colonnes.", 80, 24, inFrench, class, talk},
	{"search", "Une recherche : les messages trouvés dans un cadre, par-dessus la conversation.", 80, 24, inFrench, class, searched},
	{"help", "The help: what one can type, in a box over the conversation.", 80, 24, inEnglish, class, helped},
	{"private", "Un dialogue privé : tout ce qui est écrit va à léa.", 80, 24, inFrench, class, confided},
	{"refused", "Une ligne refusée reste dans la saisie, avec la raison.", 80, 24, inFrench, class, refusedLine},
	{"first-visit", "A first visit: what was said before, then the welcome with the commands.", 80, 24, inEnglish, class, func(*studio) {}},
	{"names", "Qui est là : un opérateur, des absents, chacun dans sa couleur ; Tab complète un pseudo.", 120, 26, inFrench, append(class, overTelnet("élise"), overTelnet("hugo"), overTelnet("inès"), overTelnet("louis"), overTelnet("emma")), names},
	{"narrow", "La conversation sur 40 colonnes et 12 lignes.", 40, 12, inFrench, class, talk},
	{"least", "La conversation sur 20 colonnes et 5 lignes.", 20, 5, inFrench, class, talk},
}

// talk is what the documentation shows first.
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

func searched(s *studio) {
	talk(s)
	s.types(keyCtrlF, "projecteur", keyEnter)
}

func helped(s *studio) {
	talk(s)
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
	s.does("bob: bonjour à tous", "léa: bonjour bob, la démo est en salle 3", "marc: j'ai le projecteur, et le câble")
	s.waits(2)
}
