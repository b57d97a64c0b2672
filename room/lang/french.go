package lang

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"

	"salon/room/text"
)

var french = Texts{
	Tag: language.French, DayUnit: "j", Day: frenchDay, Contract: frenchContract,
	Colon: " : ", TheOperator: "l'opérateur", Private: "privé", Me: "moi", Announce: "Annonce",

	Joined: "%s arrive", Left: "%s s'en va", LeftWith: "%s s'en va : %s",
	LeftLost: "%s s'en va : connexion perdue", LeftSlow: "%s s'en va : connexion bloquée",
	JoinedSeveral: "%s arrivent", JoinedCount: "arrivées : %d", LeftSeveral: "%s s'en vont", LeftCount: "départs : %d",
	And: "%s et %s", AndOne: "%s et 1 autre",
	Renamed: "%s s'appelle maintenant %s", TopicSet: "Nouveau sujet, par %s : %s", WallBy: "Annonce de %s",
	Kicked: "Expulsion de %s par %s", KickedFlood: "Expulsion de %s : trop de messages trop vite",
	Banned: "Bannissement de %s par %s", BannedSeveral: "Bannissement de %s par %s", BannedSomebody: "Bannissement prononcé par %s",
	Unbanned: "Fin du bannissement de %s", UnbannedSomebody: "Fin d'un bannissement",
	Muted: "Silence imposé à %s", MutedUntil: "Silence imposé à %s jusqu'à %s", Unmuted: "%s peut de nouveau parler",
	SlowOn: "Mode lent : un message toutes les %s par personne", SlowOff: "Fin du mode lent",
	Closing: "Le salon ferme dans %s", ClosingCancelled: "Fermeture annulée",
	Gathered: "+%d, -%d, %d en ligne", UntilTime: "jusqu'à %s",
	Gap: "%d messages entre %s et %s n'ont pas été enregistrés", GapOne: "%d message entre %s et %s n'a pas été enregistré",
	GapSome: "Des messages entre %s et %s n'ont pas été enregistrés", GapBefore: "Les messages antérieurs à %s ne sont plus conservés",

	LostSeveral: "%s s'en vont : connexion perdue",
	LogLost:     "Salon en lecture seule : impossible d'écrire pour le moment, mais on peut toujours lire", LogFound: "Vous pouvez de nouveau écrire",

	RoomMade: "Création de %s par %s", RoomClosed: "Fermeture de %s par %s", RoomJoined: "%s rejoint %s", RoomLeft: "%s quitte %s",
	Invited: "Invitation de %s par %s", Uninvited: "Invitation de %s retirée par %s",
	ModeratorAdded: "Modération confiée à %s par %s", ModeratorRemoved: "Modération retirée à %s par %s",
	NowPrivate: "Salon privé, par %s : entrée sur invitation", NowPublic: "Salon public, par %s : entrée libre",
	RoomKicked: "Exclusion de %s du salon %s par %s", RoomMuted: "Silence imposé à %s dans %s", RoomMutedUntil: "Silence imposé à %s dans %s jusqu'à %s",
	RoomSpeak: "%s peut de nouveau parler dans %s",

	InRoom: "Vous êtes dans %s.", RoomIsNew: "Voici %s, votre nouveau salon. « /prive oui » le réserve aux personnes invitées, « /inviter pseudo » invite.",
	RoomGone: "Ce salon vient de fermer : vous revoilà dans %s.", PutOutOfRoom: "Vous n'avez plus accès à ce salon : vous revoilà dans %s.",
	KickedFromRoom: "On vous a fait sortir de ce salon : vous revoilà dans %s.", FirstRoom: "Vous revoilà dans %s.",
	RoomsCount: "Salons : %d", PrivateMark: "privé", HereMark: "vous y êtes", FollowedMark: "suivi", Unread: "non lus : %d", UnreadNamed: "non lus : %d, dont une mention",

	Deleted: "Message de %s supprimé", DeletedBy: "Message de %s supprimé par %s", Forgotten: "Tous les messages de %s sont supprimés",
	Removed: "message supprimé", RemovedBy: "message supprimé par %s",
	NowDeleted: "Message de %s supprimé.", NowForgotten: "Tous vos messages sont supprimés, et le pseudo %s est libre.",
	ConfirmForget: "Tous vos messages seront supprimés et votre pseudo libéré. Pour confirmer : « /oublier moi %s ».",
	NoMessage:     "Aucun message à supprimer n'a été trouvé. Un plus ancien se désigne par sa place : « /supprimer #412 ».",

	Welcome: "Bienvenue, %s ! Voici ce que vous pouvez taper :", TopicIs: "Sujet : %s", NoTopic: "Pas de sujet pour l'instant.",
	TopicBy: "(par %s, %s)", Present: "%d en ligne : %s", NobodyHere: "Personne n'est là.", PresentOne: "Il n'y a que vous ici pour l'instant.", AndOthers: "%s et %d autres",
	LastMessages: "Derniers messages :", HelpHint: "« /aide commande » en dit plus ; « //x » donne « /x » et « \\@x » donne « @x ».",
	MoreCommands: "et %s",
	Commands:     "Voici ce que vous pouvez taper :", CommandsConsole: "Commandes de l'opérateur :", Also: "aussi : %s",
	Since: "%s  depuis %s", AwayIs: "absence depuis %s : %s", AwayNoText: "absence depuis %s", LostMark: "absence : connexion perdue",
	MutedMark: "silence", OperatorMark: "opérateur", Connected: "par %s", Key: "clé %s", NoKey: "sans clé", From: "depuis l'adresse %s",
	RegisteredSince: "pseudo inscrit depuis %s", KeyCount: "%d clés", KeyCountOne: "%d clé",
	OpensWith: "Votre pseudo est protégé par :", PassPhraseSet: "une phrase de passe", NoPassPhrase: "pas de phrase de passe",
	NoAccounts: "Aucun pseudo n'est inscrit.", AccountCount: "Pseudos inscrits : %d",
	NewMessage: "--- %d nouveau message ---", NewMessages: "--- %d nouveaux messages ---",
	NoBans: "Aucun bannissement, aucun silence imposé.", BanLine: "bannissement : %s, %s, par %s", MuteLine: "silence : %s, %s, par %s", ForEver: "sans limite de durée",
	IgnoringNobody: "Vous n'ignorez personne.", Ignoring: "Vous ignorez : %s",
	NothingSaid: "Rien n'a encore été dit.", NothingSaidOn: "Rien n'a été dit le %s.", DayMessages: "Messages du %s :", Found: "Résultats (%d) pour « %s » :", FoundLast: "Les %d derniers résultats pour « %s » :", Earlier: "Les précédents : %ssuite", EarlierMessages: "Avant cela :", NothingMore: "Il n'y a rien avant cela.",
	SearchCut: "Recherche interrompue : messages parcourus depuis %s.", TooOld: "Place trop ancienne : « /suite » donne ce qui précède ces messages.", OlderUnread: "Les messages plus anciens ne peuvent pas être lus pour le moment.", NotRecorded: "Rien n'est enregistré depuis %s : les messages envoyés maintenant seront perdus si le serveur s'arrête.",
	NotFound: "Aucun résultat pour « %s ».",
	Stats:    "en ligne : %d ; sessions : %d ; messages : %d ; depuis %s", StatsPlace: "journal : événement n° %d, état %s", StatsNodes: "nœuds : %s", StatsLog: "le journal ne répond plus depuis %s : %v", Skipped: "... messages sautés : %d",

	NowAway: "Absence signalée. « /retour » quand vous revenez.", NowBack: "Vous revoilà.",
	NowIgnored: "Vous ne verrez plus ce que dit %s. « /entendre %[1]s » pour le relire.", NowHeard: "Vous voyez de nouveau ce que dit %s.",
	NowLang: "Langue : français.", NowClock: "Heure sur %s heures.", NowZone: "Fuseau horaire : %s.", ServersZone: "celui du serveur", Choices: "Pour changer : %s",
	NowLeftRoom: "Vous ne suivez plus %s.", InvitedTo: "Invitation de %s dans %s : « /rejoindre %[2]s » pour y aller.",
	NowTo:         "Vos lignes vont à %s, en privé. « @tous » pour reparler à tous.",
	NowToEveryone: "Vos lignes vont à tous.",
	ActionAlone:   "« /me » s'adresse à tous, et vous écrivez en privé. « @tous » pour reparler à tous.",
	NotTargeted:   "Rien n'est parti : le choix du destinataire, juste avant, est refusé. Flèche haut : reprendre la ligne.",

	NowJSON: "Un objet JSON par ligne ; « /json non » pour arrêter.", NowPlain: "JSON désactivé.", NowNamed: "Vous êtes %s.", RecipientAway: "%s a signalé son absence", RecipientFull: "%s ne reçoit plus rien : message privé non remis. Réessayez plus tard.",
	RecipientCut: "%s a perdu sa connexion : message privé remis à son retour.", RecipientLost: "%s a perdu sa connexion : message privé non remis. Réessayez plus tard.", NowResumed: "Connexion rétablie : vous êtes toujours %s.",
	LineCut: "Ligne trop longue : la fin, au-delà de 4096 octets, est perdue.", StillHere: "Toujours là.",
	PressAgain: "Encore Ctrl-C (ou Ctrl-D) pour partir.", LineKept: "Flèche haut : reprendre la ligne refusée.",
	NoPseudoGiven: "La première ligne devait être votre pseudo : vous êtes %s. « /pseudo nom » pour changer.",
	BanHint:       "%s peut revenir sous un autre pseudo ; pour l'empêcher : %s", BanNetwork: "Le bannissement de %s vaut pour tout son réseau, un /%d : un même client l'a en entier. Pour cette seule adresse : %s/128",
	ThemeAuto: "Couleurs selon votre terminal.", ThemeLight: "Couleurs pour un fond clair.", ThemeDark: "Couleurs pour un fond sombre.", ThemeMono: "Couleurs désactivées.",
	BellMentions: "La cloche sonne pour les mentions et les messages privés.", BellNone: "Cloche désactivée.", BellAll: "La cloche sonne à chaque message.",
	NowMouse: "La molette fait défiler ; pour sélectionner du texte, gardez Maj enfoncée. « /souris non » pour arrêter.", NowNoMouse: "La souris ne fait plus défiler : elle sélectionne du texte, sans Maj.",
	NowText: "Mode texte : tout s'ajoute à la suite. « /texte » revient au plein écran.", NowScreen: "Plein écran. « /texte » revient au mode texte.",
	NowRegistered: "Le pseudo %s est à vous : seule la clé %s permet de le prendre. « /inscrire phrase » ajoute une phrase de passe, « /desinscrire » le libère.",
	NowPassSet:    "Le pseudo %s est à vous : seule votre phrase de passe permet de le prendre. « /desinscrire » le libère.", NowPassSetToo: "Le pseudo %s est à vous : seule votre phrase de passe, ou la clé %s, permet de le prendre. « /desinscrire » le libère.",
	NowUnregistered: "Le pseudo %s n'est plus inscrit : quand vous partirez, d'autres pourront le prendre.", NowKeyGone: "%s n'accepte plus la clé %s.",
	NowKeyAdded: "Le pseudo %s accepte aussi la clé %s ; « /info » dit tout ce qu'il accepte.", FreedBy: "%s a désinscrit le pseudo %s",
	NowFreed: "Le pseudo %s n'est plus inscrit.", NowOperator: "Vous avez maintenant les droits d'opérateur ; « /aide » donne vos commandes.", NowGuest: "Vous n'avez plus les droits d'opérateur.",
	NowReloaded: "Fichiers relus.", PutOut: "Sessions fermées, faute d'accès : %d.",

	Taken: "Le pseudo « %s » est déjà pris. Choisissez-en un autre.", TakenHere: "Si c'est vous et que votre connexion s'est perdue, réessayez dans une minute.", TakenLost: "Le pseudo « %s » est gardé pour quelqu'un dont la connexion vient d'être coupée. Si c'est vous, revenez avec la même clé ou, si vous n'en aviez pas, depuis la même adresse. Sinon, il sera libre dans %s : réessayez alors, ou choisissez-en un autre.", Alike: "« %s » ressemble trop à « %s », qui est là. Choisissez-en un autre.",
	PseudoEmpty: "Il faut un pseudo.", PseudoTooLong: "« %s » est trop long : 20 caractères au plus.",
	PseudoCharacters: "« %s » ne peut pas être un pseudo : seulement des lettres, des chiffres et - _ .", PseudoScripts: "« %s » mélange plusieurs alphabets : un seul par pseudo.",
	PseudoStart: "« %s » doit commencer par une lettre ou un chiffre.", PseudoReserved: "« %s » est réservé. Choisissez un autre pseudo.",
	NobodyCalled: "Personne ne s'appelle « %s ».", NotHere: "%s n'est pas là en ce moment.", SeveralNotHere: "%s ne sont pas là en ce moment : rien n'a été envoyé.", OtherNow: "Quelqu'un d'autre s'appelle %s maintenant : rien n'a été envoyé. « @%s texte » lui écrit.", BackToAll: "« @tous » pour reparler à tous.",
	DidYouMean: "Vouliez-vous dire @%s ?", SeeList: "« %sliste » montre qui est là.",
	NoCommand: "La commande « %s » n'existe pas.", DidYouMeanWord: "Vouliez-vous dire %s ?", SeeHelp: "« /aide » donne la liste.", SeeHelpConsole: "« wall texte » parle à tous, « aide » donne les commandes.",
	Usage: "Usage : %s", NotUnderstood: "« %s » n'est pas compris ici.", Denied: "%s est réservé aux opérateurs.", DeniedDelete: "Seuls les modérateurs de ce salon et les opérateurs suppriment les messages des autres.", DeniedTopic: "Seul un opérateur peut changer le sujet ; « %s » seul le montre.",
	TargetBroken: "« %s » n'est ni une adresse ni un réseau. Exemples : 192.0.2.7, 192.0.2.0/24, 2001:db8::1. Un pseudo commence ici par @.",
	TargetKey:    "« %s » n'est pas l'empreinte d'une clé : SHA256: et 43 caractères, comme « info » la montre.",
	TargetNobody: "Personne ne vient jamais de %s.", TargetEverybody: "%s, c'est tout le monde, vous aussi : rien n'a été banni. « --allow » choisit qui peut entrer.",
	NotBanned: "Pas de bannissement pour « %s ».", NotMuted: "Pas de silence imposé à « %s ».", NotIgnored: "Vous n'ignorez pas « %s ».", Self: "On ne peut pas s'ignorer soi-même.", TooFast: "Trop vite : attendez %s.", TooFastLast: "Trop vite : attendez %s, sous peine d'expulsion.",
	SlowMode: "Mode lent : prochain message dans %s.", IsMuted: "Un opérateur vous impose le silence.", IsMutedUntil: "Un opérateur vous impose le silence jusqu'à %s.",
	IsBanned: "L'accès à ce salon vous est interdit", IsBannedUntil: "L'accès à ce salon vous est interdit jusqu'à %s",
	ShuttingDown: "Le salon ferme dans %s : revenez plus tard.", ShuttingDownNow: "Le salon ferme : revenez plus tard.",
	Empty: "Rien à dire ? Tapez un message, ou /aide.", TwoCommands: "Une seule commande par ligne : rien n'a été fait.", SecretPlace: "Rien n'a été envoyé : « /inscrire phrase » se tape seul, au début d'une ligne.", TooManyLines: "Trop de lignes : 40 au plus par message. Rien n'a été envoyé.", TextTooLong: "Message trop long : 4096 octets au plus. Rien n'a été envoyé.", NoteTooLong: "Trop long : 200 caractères au plus. Rien n'a changé.",
	NobodyToReply: "Personne ne vous a encore écrit en privé. « @pseudo texte » écrit à quelqu'un.", NoZone: "Fuseau horaire inconnu. Essayez par exemple Europe/Paris.", NoShutdown: "Aucune fermeture n'est prévue.",
	TooMany: "Trop de connexions depuis votre adresse. Fermez-en une et réessayez.", TooManyNew: "Trop de connexions à la fois depuis votre adresse. Réessayez dans quelques secondes.", Penalty: "Trop d'échecs depuis votre adresse : attendez %s. Les clés inscrites entrent toujours par ssh.", NoMemory: "Le salon est complet. Réessayez plus tard.", NotMember: "Cette commande est pour les membres. « aide » donne celles de la console ; « shutdown n » ou Ctrl-C ferme le salon.",
	Busy: "Le salon est surchargé : rien n'a été envoyé, réessayez.", NotSent: "Le journal du salon ne répond pas : rien n'a été envoyé, réessayez.",
	Unsure: "Impossible de savoir si le message est parti : vérifiez avant de le renvoyer.", Refused: "Cela a été refusé : réessayez pour savoir pourquoi.", TooLarge: "Trop long : rien n'a été envoyé.",
	NoScreen: "Cette commande demande le plein écran : venez par ssh, depuis un terminal dont TERM n'est pas « dumb ».", NoScreenNow: "Cette commande est sans effet en mode texte ; « /texte » revient au plein écran.", ScreenJSON: "/json est pour les programmes : ssh -T, ou TCP brut.",
	Registered:      "Le pseudo « %s » est inscrit. S'il est à vous, venez avec votre clé ou votre phrase de passe ; sinon, choisissez-en un autre.",
	AlikeRegistered: "« %s » ressemble trop à « %s », qui est inscrit. Choisissez-en un autre.", NotAllowed: "Ce salon n'est ouvert qu'à certaines clés, et la vôtre n'en fait pas partie. Demandez à l'opérateur.",
	WrongPassword: "Ce n'est pas le mot de passe du salon.", NoPasswordGiven: "Ce salon a un mot de passe. Un terminal le demande ; pour une commande ou -T, connectez-vous sans clé : ssh -o PubkeyAuthentication=no.", WrongPass: "Ce n'est pas la phrase de passe de ce pseudo.",
	Hashing: "Trop de phrases de passe sont en cours de vérification : réessayez dans un instant. Rien n'a été vérifié.", Guessing: "Trop d'essais : attendez %s. Rien n'a été vérifié.", PassPhrase: "Une phrase de passe a de 8 à 128 caractères, sur une ligne. Rien n'a changé.",
	NoKeyToRegister: "Vous n'avez pas donné de clé : tapez « /inscrire phrase de passe » (de 8 à 128 caractères), ou revenez par ssh avec une clé.",
	LastKey:         "C'est la seule clé, et il n'y a pas de phrase de passe : personne ne pourrait plus prendre ce pseudo. « /desinscrire » seul le libère.",
	TooManyKeys:     "Huit clés au plus par pseudo. « /desinscrire SHA256:... » en retire une.", KeyTaken: "Votre clé est déjà celle du pseudo « %s » : une clé n'en a qu'un.",
	Full: "Plus aucun pseudo ne peut être inscrit. Demandez à l'opérateur.", NotRegistered: "Le pseudo « %s » n'est pas inscrit.", NotAKey: "« %s » n'est pas une clé de ce pseudo.",
	TooManyBans: "Il y en a déjà trop : levez-en d'abord ; « bans » donne la liste.", NoReload: "Il n'y a rien à relire.", ReloadFailed: "Rien n'a changé : %s", ManySearches: "Trop de recherches sont en cours : réessayez dans un instant.",
	NoRoom:        "Aucun salon de ce nom pour vous. « /salons » donne la liste ; « \\#x » donne « #x ».",
	NoRoomConsole: "Il n'y a pas de salon de ce nom. « salons » donne la liste.",
	NotFollowed:   "Vous ne suivez pas ce salon : rien n'a été dit. « /rejoindre #nom » y mène ; « \\#x » donne « #x ».",
	RoomTaken:     "Ce nom est pris, ou ressemble trop à un nom pris. Choisissez-en un autre.",
	TooManyRooms:  "Il y a déjà trop de salons. « /salons » donne la liste ; un opérateur peut en fermer.", TooManyFollowed: "Vous suivez déjà trop de salons. « /sortir #nom » en quitte un.",
	TooManyInvited: "Trop de personnes y sont déjà inscrites. « /inviter pseudo non » retire une invitation, « /moderateur pseudo non » la modération.",
	NotFirstRoom:   "#salon est à tout le monde : on n'y invite personne, et on ne peut ni le quitter ni le fermer.",
	DeniedRoom:     "%s est réservé à qui modère ce salon, et aux opérateurs.", RoomIsMuted: "Le silence vous est imposé dans ce salon.", RoomIsMutedUntil: "Le silence vous est imposé dans ce salon jusqu'à %s.",
	Gone: "Votre session est terminée.", Internal: "Une erreur s'est produite sur le serveur. Réessayez.",

	Goodbye: "Au revoir, %s.", EndKicked: "Fin de session : expulsion par %s", EndFlood: "Fin de session : trop de messages trop vite. Revenez plus calmement.",
	EndBanned: "Fin de session : bannissement par %s", EndSlow: "Votre connexion est bloquée : déconnexion.", EndIdle: "Aucun pseudo donné à temps : déconnexion.",
	EndShutdown: "Le salon ferme", EndReplaced: "Trop de sessions ouvertes sous ce pseudo : la plus ancienne est fermée.", EndReclaimed: "Ce pseudo est inscrit, et la clé ou le nom n'est plus à vous ici. Reconnectez-vous, sous un autre pseudo ou avec une autre clé.", EndDisallowed: "Fin de session : ce salon n'est plus ouvert qu'à certaines clés, et la vôtre n'en fait pas partie. Demandez à l'opérateur.", EndCrashed: "Une erreur du serveur a mis fin à votre session. Le salon reste ouvert : reconnectez-vous.",

	AskPseudo: "Pseudo : ", ChoosePseudo: "Choisissez un autre pseudo : ", TooManyTries: "Trop d'essais.",
	AskPass: "Phrase de passe pour %s : ", AskPassShown: "Phrase de passe pour %s (visible à l'écran) : ",
	VisitorBye: "Au revoir.", AskPassword: "Mot de passe du salon : ", AskPasswordShown: "Mot de passe du salon (visible à l'écran) : ",
	NotHTTP: "Ceci est un salon de discussion, pas un serveur %s.", UseSSH: "Ce port est celui de telnet et netcat ; ssh a le sien.",
	Guest: "invité", ExecUsage: "Usage : ssh pseudo@hôte ['@tous texte' | '@pseudo texte' | '#salon texte' | /commande | --json], ou programme | ssh -T pseudo@hôte @tous",
	NoFiles: "salon ne transfère pas de fichiers (%s).",

	ConsoleHead: "Commandes de l'opérateur, à taper ici :", Listening: "En écoute :", OffEphemeral: "clé d'hôte temporaire (--data off)",
	HandOut: "À communiquer :", SSHUser: "pseudo", NotEncrypted: "(non chiffré)", Fingerprint: "Empreinte de la clé d'hôte :",
	ConsoleClosed: "Console fermée, le salon reste ouvert. Ctrl-C arrête le serveur.", ConsolePrompt: "salon> ", Bye: "Salon fermé.",
	ClientConnected: "Connexion à %s établie. Ctrl-D, ou Ctrl-C deux fois, pour partir.", ClientFailed: "Connexion impossible : %v", ClientLost: "Connexion perdue : %v",
	HelpProgram: "Un salon de discussion servi par ssh et par TCP brut.", HelpServe: "Ouvrir le salon (par défaut).", HelpClient: "Rejoindre un salon par TCP brut.", HelpVersion: "Donner la version.",
	HelpSSH: "Adresse d'écoute de ssh, ou « off ».", HelpTCP: "Adresse d'écoute du TCP brut, ou « off ».",
	HelpData: "Dossier des données, ou « off » pour tout garder en mémoire.", HelpHostKey: "Clé d'hôte OpenSSH existante (répétable), à la place de celle du dossier.",
	HelpLang: "Langue par défaut, fr ou en ; sinon celle de LC_ALL, LC_MESSAGES ou LANG, sinon le français.", HelpReplay: "Nombre de messages montrés à l'arrivée.", HelpRate: "Messages par seconde et par personne (0 : sans limite).",
	HelpBurst: "Messages que l'on peut envoyer d'un coup.", HelpRooms: "Qui crée des salons : everyone (tout le monde), registered (les pseudos inscrits), operators (les opérateurs) ou off (personne).", HelpMaxRooms: "Salons possibles en plus de #salon (0 : sans limite).", HelpCutWait: "Temps laissé pour revenir, sans que les autres le voient, à qui perd sa connexion (0 : aucun).", HelpPerSource: "Connexions ouvertes par adresse (0 : sans limite).",
	HelpLogins: "Connexions pas encore entrées, par adresse (0 : sans limite).", HelpConnectBurst: "Nouvelles connexions d'un coup par adresse, puis une par seconde (0 : sans limite).", HelpMaxLogins: "Connexions pas encore entrées, de partout (0 : sans limite).",
	HelpPenalty: "Durée maximale d'exclusion d'une adresse qui échoue trop à entrer (0 : jamais).", HelpExempt: "Réseaux que ces limites et pénalités épargnent, outre 127.0.0.1 et ::1.", HelpProxy: "Réseaux des répartiteurs de charge, qui doivent ouvrir chaque connexion par le protocole PROXY (v1 ou v2).",
	HelpLog:  "Format du journal technique : text ou json.",
	HelpHost: "Machine à joindre.", HelpPort: "Son port TCP brut.", HelpShow: "Montrer cette aide.",
	HelpBench: "Mettre un salon sous charge et mesurer.", BenchSSH: "Adresse ssh du salon.", BenchTCP: "Adresse TCP brut du salon.",
	BenchScreen: "Membres par ssh, en plein écran. Les messages sautés par un réaffichage sont comptés comme résumés, sans latence.", BenchLine: "Membres par ssh, sans terminal.", BenchRaw: "Membres par TCP brut.", BenchSize: "Taille de ces écrans, en colonnes et lignes, par exemple 80x24 ou 200x40.",
	BenchStalled: "De ceux-là, combien ne lisent jamais.", BenchParallel: "Membres qui arrivent en même temps.", BenchSenders: "Membres qui parlent.", BenchRooms: "Salons entre lesquels les membres se répartissent, et qu'ils doivent pouvoir créer (--rooms everyone) ; 0 : ils sont ensemble.",
	BenchRate: "Messages par seconde de chacun, pendant la durée.", BenchBurst: "Messages de chacun envoyés d'un coup, au lieu d'un débit.", BenchDuration: "Durée de la conversation.",
	BenchBytes: "Taille d'un message en octets, au moins celle de sa marque.", BenchSettle: "Durée d'observation du salon au repos, reprise tant que quelqu'un reçoit encore quelque chose.", BenchPID: "Processus du serveur, pour sa mémoire, son temps de calcul et ses descripteurs (Linux).",
	BenchSoak: "Parler plutôt pendant cette durée, parmi des membres qui dérangent, en relevant chaque seconde l'état du serveur ; si aucun membre n'est demandé, 200 de toutes sortes.", BenchRestless: "Membres qui dérangent pendant ce temps : ils ne lisent jamais, inondent, redimensionnent, ou arrivent et repartent sans cesse.",
	BenchChurn: "Connexions ouvertes puis fermées à la fin ; en 5 s le serveur doit être revenu à son état d'avant.", BenchSVG: "Fichier du graphique de --soak, en SVG.",
	HelpOperators: "Clés des opérateurs (format authorized_keys).", HelpAllow: "Seules ces clés peuvent entrer (format authorized_keys) ; en TCP brut il faut alors un pseudo inscrit et sa phrase de passe.",
	HelpPasswordFile: "Fichier du mot de passe du salon, demandé à l'arrivée.", HelpConfig: "Fichier d'options, une par ligne (rate = 5) ; reload en relit les limites.", HelpMOTD: "Texte montré à l'arrivée.", HelpKeep: "Oublier les messages plus vieux : 12h, 90d ; 0 : jamais.",
	HelpKeepSize: "Oublier le plus vieux quand salon.db dépasse à peu près cette taille : 200M, 1G ; 0 : jamais.", HelpExport: "Écrire tout ce qui a été dit, un objet JSON par ligne.", Exporting: "%d sur %d", Indexing: "Indexation des messages : %d sur %d",
	BadLine: "%s, ligne %d : %s", NoSSHKey: "ce n'est pas une clé publique SSH", KeyOptions: "les options devant une clé ne sont pas prises en charge : retirez-les", NoSetting: "il faut : nom = valeur, avec le nom d'une option de serve", SetTwice: "%s y figure deux fois", NoPassword: "il faut un mot de passe", BadPassword: "il faut un mot de passe d'un Kio au plus, ou son empreinte argon2id entière (format PHC)",
	OpenToOthers: "%s peut être lu par d'autres : « chmod 600 %s »", WritableByOthers: "%s peut être modifié par d'autres : « chmod %s %s »",
	OwnedByOther: "%s appartient à un autre utilisateur : donnez-le à celui qui lance salon, par chown", IsLink: "%s est un lien symbolique : mettez-y le fichier lui-même", IsNoFile: "%s n'est pas un fichier ordinaire : déplacez-le",
	DataInUse: "un autre salon se sert de ce dossier ; arrêtez-le, ou donnez un autre dossier par --data", DataForeign: "salon.db n'a pas été créé par salon : déplacez-le pour en commencer un autre",
	DataDamaged: "salon.db est abîmé : « salon check » dit où, « salon export » sauve ce qui peut être lu ; reprenez ensuite une copie, ou déplacez-le pour en commencer un autre", DataNewer: "%s a écrit salon.db au format %d, plus récent que ce programme : lancez celui-là", DataOlder: "salon.db vient d'un salon plus ancien : lancez « salon serve » une fois pour le mettre à jour",
	HelpExportData: "Dossier des données du salon, qu'il soit ouvert ou non.", ExportOff: "un salon en mémoire (--data off) ne laisse rien à exporter", DataDirectory: "salon.db est un dossier : déplacez-le pour en commencer un autre", DataReadOnly: "salon.db n'a pas été fermé correctement et ne peut être lu que là où l'on peut écrire : copiez-y tout le dossier",
	DamagedExport: "ce qui peut être lu est écrit",
	HelpCheck:     "Vérifier le dossier des données et les fichiers des options, et dire que faire ; aussi à côté d'un serveur ouvert.", CheckGood: "bon     %s", CheckBad: "erreur  %s",
	CheckDatabase: "%s : messages : %d, événements depuis le dernier instantané : %d", CheckNothing: "%s : rien encore, il est créé au premier démarrage", CheckOff: "un salon en mémoire (--data off) n'a pas de dossier de données",
	CheckKeys: "%s : clés : %d", CheckAccess: "%s : lisible", CheckKey: "clé d'hôte %s", CheckNoKey: "%s : pas encore de clé d'hôte, elle est créée au premier démarrage", CheckFailed: "choses à corriger : %d",
	HelpBackup: "Écrire une copie de la mémoire du salon dans un nouveau fichier, aussi à côté d'un serveur ouvert. Pour la reprendre, copiez-la sous le nom salon.db dans un dossier de données vide ; la clé d'hôte (ssh_host_ed25519_key) est un fichier à part, à copier aussi.", HelpBackupFile: "Le nouveau fichier.",
	BackupExists: "%s existe déjà : donnez le nom d'un nouveau fichier", BackupOff: "un salon en mémoire (--data off) ne laisse rien à sauvegarder", BackingUp: "%d sur %d Mio",
	WrongUse: "Commande incorrecte : %v", MoreHelp: "« %s --help » explique tout.", BadFlag: "au lieu de « %s », écrivez « %s »", UnknownFlag: "il n'y a pas d'option « %s »",
	UnexpectedArgument: "« %s » est en trop", MissingArgument: "il manque %s", Suggestion: "%s ; vouliez-vous dire %s ?",
	UnknownCommand: "il n'y a pas de commande « %s », mais celles-ci : %s", Example: "%s ; par exemple « %s »", NoSuchFile: "%s : ce fichier n'existe pas",
	PortTaken: "Le port %d est pris, peut-être par un autre salon. %s en choisit un autre.", CannotListen: "%s : écoute impossible : %v",
	FewDescriptors: "%d fichiers et connexions peuvent être ouverts à la fois, il en faut au moins %d : relevez la limite (`ulimit -n`, ou LimitNOFILE dans systemd).",
	DiskHangs:      "le disque ne répond pas : ce qui y a été écrit en dernier est peut-être perdu",
	BothOff:        "--ssh off et --tcp off : personne ne pourrait entrer.",

	Screen: ScreenTexts{
		NamesTitle: "Présents", Absent: "(absent)",

		Online: "%d en ligne", HelpKey: "F1 aide", ReadOnly: "lecture seule", ClosesAt: "ferme à %s", Slow: "mode lent : %s", YouAreAway: "absence", MoreNames: "et %d autres",

		NewMessage: "1 nouveau", NewMessages: "%d nouveaux", PrivateTo: "(à %s)",
		BelowEnd: "Fin pour descendre", BelowEndShort: "Fin : en bas", BelowSome: "↓ %s", BelowCalls: "↓ %s, dont %s",
		BelowOne: "1 nouveau", Below: "%d nouveaux", MentionOne: "1 mention", Mentions: "%d mentions",
		NothingUnread: "Tout est lu.", NoMention: "Pas d'autre mention.", NotHeld: "Trop ancien : ce message n'est plus en mémoire.",
		Waiting: "En attente : %d", CutOne: "Trop long : 1 octet laissé de côté.", Cut: "Trop long : %d octets laissés de côté.",
		PressAgain: "Encore Ctrl-C pour partir.", PressAgainShort: "Ctrl-C : partir", Beginning: "C'est le début.", Failed: "Échec : réessayez.", TabHint: "Tab : %s",

		WriteToAll: "Écrire à tous…", WriteToOne: "Écrire à %s…", WriteHints: "@ pour une personne, / pour une commande", WriteBack: "Échap pour reparler à tous",
		EnterAgain: "Entrée encore : envoyer à %s.",

		Everyone: "tous", SearchPrompt: "chercher : ",
		Recall: "retrouver : ", RecallPrompt: "retrouver « %s » : ", RecallShort: "« %s » ", RecallNone: "rien : « %s » ",
		PasteAsk: "Coller %d lignes (%d octets) ? Entrée : oui · Échap : non", PasteAskShort: "%d lignes ? o/n",
		PasteOver: "Coller %d lignes (%d lignes et %d Kio au plus par message) ? o/n", PasteOverShort: "Trop : coller ? o/n",
		PasteCut: "Coller les 16 premiers Kio (%d lignes et %d Kio au plus par message) ? o/n",

		HelpTitle: "Aide", KeysTitle: "Touches", CommandsTitle: "Commandes", PeopleTitle: "En ligne", FoundTitle: "Trouvé", HistoryTitle: "Historique",
		HelpFoot: "PgUp PgDn : défiler · Échap : fermer", PeopleFoot: "↑ ↓ : choisir · Entrée : lui écrire · Échap : fermer",
		FoundFoot: "↑ ↓ : choisir · Entrée : y aller · Échap : fermer", BareFoot: "Vue nue, pour copier · Une touche : retour",

		TooSmall: "Trop petit : 20x5 au moins.", Summary: "%s en ligne, messages envoyés : %d.",

		RoomsTitle: "Salons",
		RoomKeys: []KeyHelp{
			{"Alt-1 à Alt-9", "aller au salon de ce rang (/rejoindre #salon)"},
			{"Alt-Gauche, Alt-Droite", "salon précédent, suivant"},
		},

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
	},

	HelpFrame: []string{
		"Usage:", "Usage :", "Flags:", "Options :", "Commands:", "Commandes :", "Arguments:", "Arguments :", "[flags]", "[options]", "<command>", "<commande>",
		"Run \"", "« ", " --help\" for more information on a command.", " --help » en dit plus sur une commande.",
	},

	HelpMore: frenchHelp, HelpForms: frenchForms,

	Help: map[string]Helped{
		"say":        {"texte, ou @tous texte", "parler à tous"},
		"tell":       {"@pseudo texte, ou @ann,bob texte", "parler à une personne, ou à plusieurs"},
		"reply":      {"texte", "répondre au dernier message privé"},
		"me":         {"action", "dire ce que l'on fait"},
		"nick":       {"nom", "changer de pseudo"},
		"away":       {"[texte]", "signaler son absence"},
		"back":       {"", "signaler son retour"},
		"delete":     {"[n | @pseudo [n] | #place]", "supprimer un message"},
		"forget":     {"moi pseudo", "supprimer tous ses messages et libérer son pseudo"},
		"quit":       {"[mot]", "partir"},
		"list":       {"", "qui est là"},
		"info":       {"[pseudo]", "qui est cette personne"},
		"topic":      {"[texte]", "lire le sujet ; un opérateur peut le changer"},
		"history":    {"[n | hier | 22/11/2026]", "relire les derniers messages, ou ceux d'un jour"},
		"more":       {"", "ce qui précède les messages montrés en dernier"},
		"search":     {"mot [@ann] [hier | 22/11/2026]", "chercher des messages, par auteur, par jour (un jour seul est un mot)"},
		"help":       {"[commande]", "cette aide"},
		"join":       {"#nom", "aller dans un salon, ou le créer"},
		"rooms":      {"", "quels salons il y a"},
		"leave":      {"[#nom]", "ne plus suivre un salon"},
		"invite":     {"pseudo [non]", "inviter quelqu'un dans ce salon, ou non"},
		"private":    {"oui|non", "réserver ce salon aux personnes invitées"},
		"moderator":  {"pseudo [non]", "confier la modération de ce salon"},
		"close":      {"[#nom]", "fermer un salon"},
		"ignore":     {"[pseudo]", "masquer quelqu'un, ou voir la liste"},
		"unignore":   {"pseudo", "revoir ses messages"},
		"lang":       {"fr|en", "changer de langue"},
		"clock":      {"24|12", "heure sur 24 ou 12 heures"},
		"zone":       {"Europe/Paris", "changer de fuseau horaire"},
		"json":       {"[non | since=n]", "un objet JSON par ligne, pour les programmes"},
		"register":   {"[phrase de passe]", "protéger son pseudo par une clé ou une phrase"},
		"unregister": {"[SHA256:...]", "libérer son pseudo, ou retirer une clé"},
		"theme":      {"auto|clair|sombre|mono", "choisir les couleurs"},
		"bell":       {"non|mention|tout", "ce qui fait sonner la cloche"},
		"mouse":      {"oui|non", "faire défiler à la molette, ou non"},
		"plain":      {"[oui|non]", "lignes de texte au lieu de l'écran"},
		"go":         {"debut|fin|haut|bas|nonlu|precedente|suivante", "se déplacer dans la conversation"},
		"bare":       {"", "vue nue, pour copier"},
		"redraw":     {"", "redessiner l'écran"},
		"keys":       {"", "l'aide des touches"},
		"wall":       {"texte", "annoncer à tous"},
		"kick":       {"pseudo [raison]", "expulser quelqu'un"},
		"ban":        {"pseudo|clé|ip|cidr [durée] [raison]", "interdire l'entrée (30s, 10m, 2h, 3j, 1sem) ; une adresse IPv6 avec son /64"},
		"unban":      {"pseudo|clé|ip|cidr", "lever un bannissement"},
		"bans":       {"", "bannissements et silences en cours"},
		"mute":       {"pseudo [durée]", "imposer le silence"},
		"unmute":     {"pseudo", "lever le silence"},
		"free":       {"[pseudo]", "désinscrire un pseudo, ou voir la liste"},
		"slow":       {"n", "n secondes entre deux messages d'une même personne (0 : fin)"},
		"stats":      {"", "statistiques"},
		"reload":     {"", "relire les fichiers et les limites"},
		"shutdown":   {"n [raison] | annuler", "fermer dans n secondes, ou annuler la fermeture"},
	},
}

var (
	frenchDays   = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	frenchMonths = [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
)

func frenchDay(t time.Time) (full, date, figures string) {
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	date = fmt.Sprintf("%s %s %d", day, frenchMonths[t.Month()-1], t.Year())
	return frenchDays[t.Weekday()] + " " + date, date, t.Format("02/01/2006")
}

// frenchContract writes « de » before a name that begins with a vowel as « d' »:
// « Expulsion d'ann ».
func frenchContract(form, name string) string {
	if first := text.FirstRunes(text.Fold(name), 1); first != "" && strings.Contains("aeiouy", first) {
		return strings.Replace(form, "de %s", "d'%s", 1)
	}
	return form
}
