package lang

// Manual is what the manual page says besides the help of commands and flags: its headings, and
// sections of paragraphs.
type Manual struct {
	Name, Synopsis, Description, Options, Commands string // headings
	Environment, Files, Signals, ExitStatus        string
	Examples, SeeAlso                              string

	Line     string // what the program is, after its name
	About    []string
	Default  string // of a flag
	Env      string // of a flag
	FlagsOf  string // the flags of another command
	Variable []Term
	File     []Term
	Signal   []Term
	Exit     []Term
	Example  []Term // a command, and what it does
	See      string
}

// Term is something, and what it is.
type Term struct{ What, Is string }

var englishManual = Manual{
	Name: "NAME", Synopsis: "SYNOPSIS", Description: "DESCRIPTION", Options: "OPTIONS", Commands: "COMMANDS",
	Environment: "ENVIRONMENT", Files: "FILES", Signals: "SIGNALS", ExitStatus: "EXIT STATUS", Examples: "EXAMPLES", SeeAlso: "SEE ALSO",
	Line: "a chat room served over ssh and raw TCP",
	About: []string{
		"salon serves a chat room. People join with the ssh client that they have, and their user name is their nickname; telnet, netcat or a program of one's own reach the same room over raw TCP, which is not encrypted.",
		"Whoever starts the room runs it from its standard input, the console. At start it prints the operator's commands, the addresses it listens on, the host key's fingerprint and the lines to share; \"help\" lists the commands. The end of the input leaves the room open.",
		"What members can type is in \"/help\", in the room.",
	},
	Default: "Default: %s.", Env: "Environment: %s.", FlagsOf: "Takes the flags of \"%s\".",
	Variable: []Term{
		{"SALON_NAME", "The value of the flag --name of serve, check, backup, export, hostkey and client, in capital letters and with _ in place of -. The command line goes before it, and it goes before the file of --config."},
		{"STATE_DIRECTORY, XDG_STATE_HOME", "Where the data directory is when --data does not say: $STATE_DIRECTORY, $XDG_STATE_HOME/salon or ~/.local/state/salon, the first that there is."},
		{"LC_ALL, LC_MESSAGES, LANG", "The language when --lang does not say: French or English."},
		{"GOMEMLIMIT", "How much memory the room may take: at 80 % of it, or of 90 % of the cgroup's limit, newcomers are told that the room is full."},
	},
	File: []Term{
		{"DATA/salon.db", "Messages, topics, bans, registered nicknames: an SQLite database."},
		{"DATA/ssh_host_ed25519_key", "The host key, made at the first start."},
		{"DATA/audit.log", "What operators, owners and moderators did. It may be moved away at any time."},
	},
	Signal: []Term{
		{"SIGINT, SIGTERM", "Close the room: each member is told, and the exit status is 0."},
		{"SIGHUP", "Without a terminal: read the files of --operators, --allow, --password-file, --motd and --config again. When the console's terminal is closed: close the room."},
	},
	Exit: []Term{
		{"0", "Stopped as asked."},
		{"1", "Could not start or go on; of client: not let in, or put out; of check: something is wrong; of backup and export: nothing or not all was written."},
		{"2", "Wrong use."},
	},
	Example: []Term{
		{"salon", "Open a room on ports 2222 (ssh) and 2323 (raw TCP)."},
		{"ssh -p 2222 ann@localhost", "Join it as ann."},
		{"salon --tcp off --allow team.keys --operators admins.keys", "Let a team in by its ssh keys, and nobody else."},
		{"salon backup salon-backup.db", "Copy the room's memory while it is open."},
		{"salon hostkey --host chat.example.org --only known_hosts", "Print the line of known_hosts for those who will connect."},
	},
	See: "ssh(1), sshd(8), telnet(1), authorized_keys(5)",
}

var frenchManual = Manual{
	Name: "NOM", Synopsis: "SYNOPSIS", Description: "DESCRIPTION", Options: "OPTIONS", Commands: "COMMANDES",
	Environment: "ENVIRONNEMENT", Files: "FICHIERS", Signals: "SIGNAUX", ExitStatus: "CODE DE RETOUR", Examples: "EXEMPLES", SeeAlso: "VOIR AUSSI",
	Line: "un salon de discussion servi par ssh et par TCP brut",
	About: []string{
		"salon sert un salon de discussion. On le rejoint avec le client ssh que l'on a déjà, et le nom d'utilisateur sert de pseudo ; telnet, netcat ou un programme à soi y arrivent par TCP brut, qui n'est pas chiffré.",
		"L'entrée standard du serveur est la console de l'opérateur. Au démarrage elle donne les commandes, les adresses d'écoute, l'empreinte de la clé d'hôte et les lignes à partager ; « aide » redonne les commandes. La fin de l'entrée laisse le salon ouvert.",
		"Ce que les membres peuvent taper est dans « /aide », au salon.",
	},
	Default: "Par défaut : %s.", Env: "Environnement : %s.", FlagsOf: "Prend les options de « %s ».",
	Variable: []Term{
		{"SALON_NOM", "La valeur de l'option --nom de serve, check, backup, export, hostkey et client, en majuscules et avec _ au lieu de -. La ligne de commande l'emporte, et elle l'emporte sur le fichier de --config."},
		{"STATE_DIRECTORY, XDG_STATE_HOME", "Où est le dossier des données sans --data : $STATE_DIRECTORY, $XDG_STATE_HOME/salon ou ~/.local/state/salon, le premier qui existe."},
		{"LC_ALL, LC_MESSAGES, LANG", "La langue sans --lang : français ou anglais."},
		{"GOMEMLIMIT", "La mémoire que le salon peut prendre : à 80 % de celle-ci, ou de 90 % de la limite du cgroup, les nouveaux venus apprennent que le salon est plein."},
	},
	File: []Term{
		{"DONNÉES/salon.db", "Messages, sujets, bannissements, pseudos inscrits : une base SQLite."},
		{"DONNÉES/ssh_host_ed25519_key", "La clé d'hôte, créée au premier démarrage."},
		{"DONNÉES/audit.log", "Ce qu'ont fait opérateurs, propriétaires et modérateurs. Peut être déplacé à tout moment."},
	},
	Signal: []Term{
		{"SIGINT, SIGTERM", "Ferment le salon : chaque membre est averti, et le code de retour est 0."},
		{"SIGHUP", "Sans terminal : relit les fichiers de --operators, --allow, --password-file, --motd et --config. Quand le terminal de la console est fermé : ferme le salon."},
	},
	Exit: []Term{
		{"0", "Arrêt demandé."},
		{"1", "N'a pas pu démarrer ou continuer ; client : entrée refusée, ou expulsion ; check : quelque chose est à corriger ; backup et export : rien n'a été écrit, ou pas tout."},
		{"2", "Commande incorrecte."},
	},
	Example: []Term{
		{"salon", "Ouvrir un salon sur les ports 2222 (ssh) et 2323 (TCP brut)."},
		{"ssh -p 2222 ann@localhost", "Le rejoindre sous le nom d'ann."},
		{"salon --tcp off --allow equipe.keys --operators admins.keys", "Laisser entrer une équipe par ses clés ssh, et personne d'autre."},
		{"salon backup salon-backup.db", "Copier la mémoire du salon pendant qu'il est ouvert."},
		{"salon hostkey --host chat.example.org --only known_hosts", "Donner la ligne de known_hosts à qui va se connecter."},
	},
	See: "ssh(1), sshd(8), telnet(1), authorized_keys(5)",
}
