package lang

var screenFrench = ScreenTexts{
	Online: "%d en ligne", HelpKey: "F1 aide", ReadOnly: "lecture seule", ClosesAt: "ferme à %s", Slow: "mode lent : %s", YouAreAway: "absence", MoreNames: "et %d autres",

	NewMessage: "nouveau message", NewMessages: "nouveaux messages (%d)",
	BelowEnd: "Fin pour descendre", BelowEndShort: "Fin : en bas", BelowSome: "↓ %s", BelowCalls: "↓ %s, dont %s",
	BelowOne: "1 nouveau", Below: "%d nouveaux", MentionOne: "1 mention", Mentions: "%d mentions",
	NothingUnread: "Tout est lu.", NoMention: "Pas d'autre mention.", NotHeld: "Trop ancien : ce message n'est plus en mémoire.",
	Waiting: "En attente : %d", CutOne: "Trop long : 1 octet laissé de côté.", Cut: "Trop long : %d octets laissés de côté.",
	PressAgain: "Encore Ctrl-C pour partir.", PressAgainShort: "Ctrl-C : partir", Beginning: "C'est le début.", Failed: "Échec : réessayez.", TabHint: "Tab : %s",

	Everyone: "tous", SearchPrompt: "chercher : ",
	Recall: "retrouver : ", RecallPrompt: "retrouver « %s » : ", RecallShort: "« %s » ", RecallNone: "rien : « %s » ",
	PasteAsk: "Coller %d lignes (%d octets) ? Entrée : oui · Échap : non", PasteAskShort: "%d lignes ? o/n",
	PasteOver: "Coller %d lignes (%d lignes et %d Kio au plus par message) ? o/n", PasteOverShort: "Trop : coller ? o/n",
	PasteCut: "Coller les 16 premiers Kio (%d lignes et %d Kio au plus par message) ? o/n",

	HelpTitle: "Aide", KeysTitle: "Touches", CommandsTitle: "Commandes", PeopleTitle: "En ligne", FoundTitle: "Trouvé", HistoryTitle: "Historique",
	HelpFoot: "PgUp PgDn : défiler · Échap : fermer", PeopleFoot: "↑ ↓ : choisir · Entrée : lui écrire · Échap : fermer",
	FoundFoot: "↑ ↓ : choisir · Entrée : y aller · Échap : fermer", BareFoot: "Vue nue, pour copier · Une touche : retour",

	TooSmall: "Trop petit : 20x5 au moins.", Summary: "%s en ligne, messages envoyés : %d.",

	Keys: []KeyHelp{
		{"Entrée · Alt-Entrée", "envoyer · nouvelle ligne"},
		{"Tab, Maj-Tab", "compléter @pseudo, /commande, argument"},
		{"Ctrl-A E B, Alt-B F", "aller au début, à la fin, d'une lettre, d'un mot"},
		{"Ctrl-W U K, Alt-D", "couper le mot d'avant, tout avant, tout après, le mot d'après"},
		{"Ctrl-Y · Ctrl-T", "remettre ce que l'on a coupé · échanger deux lettres"},
		{"Haut Bas, Ctrl-P N", "reprendre ce que l'on a déjà tapé"},
		{"Ctrl-R", "y chercher"},
		{"PgUp PgDn", "remonter, descendre (/aller haut, bas)"},
		{"Alt-Début · Fin", "tout en haut · tout en bas (/aller debut, fin)"},
		{"Alt-U", "premier message non lu (/aller nonlu)"},
		{"Alt-P, Alt-N", "mention précédente, suivante (/aller precedente, suivante)"},
		{"Ctrl-F", "chercher dans le salon (/chercher mot)"},
		{"Ctrl-L · Alt-L", "redessiner · vue nue, pour copier (/redessiner, /nu)"},
		{"F1 · Échap", "cette aide (/touches) · fermer"},
		{"Ctrl-C", "effacer la ligne ; deux fois sur une ligne vide : partir"},
		{"Ctrl-D sur une ligne vide", "partir (/quitter)"},
		{"Échap puis une touche", "comme Alt et cette touche"},
	},
}
