package lang

var screenFrench = ScreenTexts{
	Online: "%d en ligne", HelpKey: "F1 aide", ClosesAt: "ferme à %s", Slow: "mode lent : %s", YouAreAway: "vous êtes absent(e)", MoreNames: "et %d autres",

	NewMessage: "nouveau message", NewMessages: "nouveaux messages (%d)",
	BelowNone: "↓ Fin pour descendre", BelowSome: "↓ %s · Fin pour descendre", BelowCalls: "↓ %s, dont %s · Fin pour descendre",
	BelowOne: "1 nouveau", Below: "%d nouveaux", MentionOne: "1 mention", Mentions: "%d mentions",
	NothingUnread: "Rien que vous n'ayez lu.", NoMention: "Pas d'autre mention.", NotHeld: "Ce message n'est plus en mémoire.",
	Waiting: "En attente : %d", Cut: "Trop long : %d octets laissés de côté.",
	PressAgain: "Encore Ctrl-C (ou Ctrl-D) pour partir.", TabHint: "Tab : %s",

	Everyone: "tous", SearchPrompt: "chercher : ", RecallPrompt: "(retrouver) %s : ", RecallNone: "(rien pour « %s ») ",
	PasteAsk: "Coller %d lignes (%d octets) ? Entrée : oui · Échap : non", PasteCut: "Coller les 16 premiers Kio (%d lignes) ? Entrée : oui · Échap : non",

	HelpTitle: "Aide", KeysTitle: "Touches", CommandsTitle: "Commandes", PeopleTitle: "Présents", FoundTitle: "Trouvé", HistoryTitle: "Historique",
	HelpFoot: "PgUp PgDn : tourner · Échap : fermer", PeopleFoot: "Entrée : lui écrire · Échap : fermer",
	FoundFoot: "↑ ↓ : choisir · Entrée : y aller · Échap : fermer", BareFoot: "Vue nue, à copier. Une touche pour revenir.",

	TooSmall: "Trop petit : 20x5.", Summary: "%s en ligne, %d message(s) envoyé(s).",

	Keys: []KeyHelp{
		{"Entrée · Alt-Entrée", "envoyer · nouvelle ligne"},
		{"Tab, Maj-Tab", "compléter @pseudo, /commande, argument"},
		{"Ctrl-A E B, Alt-B F", "début, fin, d'une lettre, d'un mot"},
		{"Ctrl-W U K Y T, Alt-D", "couper un mot, avant, après ; coller ; échanger ; couper le mot"},
		{"Haut Bas, Ctrl-P N", "ce que l'on a déjà tapé"},
		{"Ctrl-R", "y chercher"},
		{"PgUp PgDn", "remonter, descendre (/aller haut, bas)"},
		{"Alt-Home · Fin", "tout en haut · tout en bas (/aller debut, fin)"},
		{"Alt-U", "premier message non lu (/aller nonlu)"},
		{"Alt-P, Alt-N", "mention précédente, suivante (/aller precedente, suivante)"},
		{"Ctrl-F", "chercher (/chercher mot)"},
		{"Ctrl-L · Alt-L", "redessiner · vue nue, pour copier (/redessiner, /nu)"},
		{"F1 · Échap", "cette aide (/touches) · fermer"},
		{"Ctrl-C", "effacer la ligne ; deux fois sur une ligne vide : partir"},
		{"Ctrl-D sur une ligne vide", "partir (/quitter)"},
		{"Échap puis une touche", "comme Alt et cette touche"},
	},
}
