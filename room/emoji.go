package room

import (
	"slices"
	"strings"

	"salon/room/text"
)

// emojiNames are the short names that people type for the most usual emoji, each name
// before its emoji, the likelier of two that begin alike first. Tab completes them; the
// character is what is sent.
const emojiNames = `
smile 😄 smiley 😃 smirk 😏 grin 😁 grinning 😀 laughing 😆 joy 😂 rofl 🤣 sweat_smile 😅 slightly_smiling_face 🙂
upside_down_face 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star_struck 🤩 kissing_heart 😘 kissing 😗 yum 😋
stuck_out_tongue 😛 zany_face 🤪 hugs 🤗 thinking 🤔 shushing_face 🤫 neutral_face 😐 expressionless 😑 roll_eyes 🙄
relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷 nauseated_face 🤢 sneezing_face 🤧 hot_face 🥵 cold_face 🥶
dizzy_face 😵 exploding_head 🤯 cowboy_hat_face 🤠 partying_face 🥳 sunglasses 😎 nerd_face 🤓 confused 😕 worried 😟
frowning 😦 open_mouth 😮 astonished 😲 flushed 😳 pleading_face 🥺 fearful 😨 cold_sweat 😰 cry 😢 sob 😭 scream 😱
disappointed 😞 sweat 😓 weary 😩 tired_face 😫 yawning_face 🥱 triumph 😤 rage 😡 angry 😠 smiling_imp 😈 skull 💀
poop 💩 clown_face 🤡 ghost 👻 alien 👽 robot 🤖 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 broken_heart 💔
sparkling_heart 💖 hundred 💯 100 💯 boom 💥 dizzy 💫 zzz 💤 speech_balloon 💬
thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 ok_hand 👌 ok 👌 v ✌️ crossed_fingers 🤞 wave 👋 raised_hand ✋ clap 👏
raised_hands 🙌 pray 🙏 handshake 🤝 muscle 💪 point_up ☝️ point_down 👇 point_left 👈 point_right 👉 fist ✊
punch 👊 writing_hand ✍️ eyes 👀 brain 🧠 shrug 🤷 facepalm 🤦 bow 🙇 runner 🏃 dancer 💃
dog 🐶 cat 🐱 mouse 🐭 fox_face 🦊 bear 🐻 panda_face 🐼 unicorn 🦄 bee 🐝 bug 🐛 butterfly 🦋 snail 🐌 turtle 🐢
snake 🐍 octopus 🐙 penguin 🐧 whale 🐳 rose 🌹 sunflower 🌻 seedling 🌱 christmas_tree 🎄 four_leaf_clover 🍀
apple 🍎 banana 🍌 cherries 🍒 pizza 🍕 fries 🍟 hamburger 🍔 bread 🍞 croissant 🥐 cheese 🧀 cookie 🍪 cake 🍰
birthday 🎂 chocolate_bar 🍫 coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷 champagne 🍾
sun ☀️ sunny ☀️ cloud ☁️ rainbow 🌈 umbrella ☔ snowflake ❄️ snowman ⛄ zap ⚡ fire 🔥 droplet 💧 ocean 🌊 moon 🌙
star ⭐ sparkles ✨ earth 🌍 tada 🎉 gift 🎁 balloon 🎈 trophy 🏆 medal 🏅 soccer ⚽ basketball 🏀 video_game 🎮
dart 🎯 dice 🎲 musical_note 🎵 guitar 🎸 art 🎨 rocket 🚀 airplane ✈️ car 🚗 bike 🚲 train 🚆 house 🏠
computer 💻 keyboard ⌨️ phone 📱 email 📧 floppy_disk 💾 cd 💿 bulb 💡 battery 🔋 wrench 🔧 hammer 🔨 gear ⚙️
package 📦 lock 🔒 unlock 🔓 key 🔑 mag 🔍 link 🔗 paperclip 📎 pencil ✏️ memo 📝 book 📖 books 📚 calendar 📅
pushpin 📌 chart 📊 alarm_clock ⏰ hourglass ⌛ bell 🔔 loudspeaker 📢 money 💰 warning ⚠️ construction 🚧
rotating_light 🚨 checkmark ✅ white_check_mark ✅ x ❌ question ❓ exclamation ❗ no_entry ⛔ recycle ♻️
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ checkered_flag 🏁 white_flag 🏳️ pirate_flag 🏴‍☠️`

var emoji = strings.Fields(emojiNames)

// isEmojiName reports whether a word may be the beginning of an emoji's short name: a
// colon and two letters at least, or a whole name.
func isEmojiName(word string) bool {
	name, ok := strings.CutPrefix(word, ":")
	return ok && len(strings.TrimSuffix(name, ":")) >= 2
}

// emojiLike returns the emoji whose short name begins as what is typed, ":smi", each
// once; a whole name's first.
func emojiLike(typed string) (found []string) {
	name := text.Fold(strings.Trim(typed, ":"))
	for i := 0; i < len(emoji); i += 2 {
		character := emoji[i+1] + " "
		switch {
		case emoji[i] == name:
			found = slices.Insert(found, 0, character)
		case strings.HasSuffix(typed, ":"), !strings.HasPrefix(emoji[i], name), slices.Contains(found, character):
		default:
			found = append(found, character)
		}
	}
	return found
}
