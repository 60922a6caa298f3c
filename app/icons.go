package app

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Icons are drawn with the text's colour and say nothing to screen readers:
// their buttons have labels.
func icon(paths string) app.UI { return element(drawing(paths)) }

func drawing(paths string) string {
	return `<svg class="i" viewBox="0 0 20 20" aria-hidden="true" focusable="false">` + paths + `</svg>`
}

func iconBell() app.UI {
	return icon(`<path d="M5 14V9a5 5 0 0 1 10 0v5l1.5 1.500h-13zM8.500 17.500a1.600 1.600 0 0 0 3 0"/>`)
}

func iconMuted() app.UI {
	return icon(`<path d="M5 14V9a5 5 0 0 1 8.500-3.600M15 9v5l1.5 1.500H6M8.500 17.500a1.600 1.600 0 0 0 3 0M3.500 3.500l13 13"/>`)
}

func iconTalk() app.UI { return icon(`<path d="M3.500 5h13v8.500H9L5.500 16.500v-3h-2z"/>`) }

func iconReply() app.UI {
	return icon(`<path d="M8 5L3.500 9.500 8 14M4 9.500h7a5.500 5.500 0 0 1 5.500 5.500"/>`)
}

func iconEdit() app.UI {
	return icon(`<path d="M4 16l.8-3.200L13 4.600a1.600 1.600 0 0 1 2.400 2.400L7.200 15.200z"/>`)
}

func iconSearch() app.UI { return icon(`<circle cx="9" cy="9" r="5"/><path d="M13 13l3.500 3.500"/>`) }

// iconSwitch is a compass.
func iconSwitch() app.UI {
	return icon(`<circle cx="10" cy="10" r="6.5"/><path d="M13 7l-1.800 4.200L7 13l1.800-4.200z"/>`)
}

func iconPlus() app.UI  { return icon(`<path d="M10 4v12M4 10h12"/>`) }
func iconClose() app.UI { return icon(`<path d="M5 5l10 10M15 5L5 15"/>`) }
func iconMenu() app.UI  { return icon(`<path d="M3 5.5h14M3 10h14M3 14.5h14"/>`) }
func iconMore() app.UI {
	return icon(`<circle cx="5" cy="10" r=".8"/><circle cx="10" cy="10" r=".8"/><circle cx="15" cy="10" r=".8"/>`)
}

func iconLock() app.UI {
	return icon(`<rect x="4.5" y="9" width="11" height="7.5" rx="2"/><path d="M7 9V6.5a3 3 0 0 1 6 0V9"/>`)
}

func iconPeople() app.UI {
	return icon(`<circle cx="7.5" cy="7" r="2.8"/><path d="M2.5 16c.4-3 2.4-4.5 5-4.500s4.6 1.5 5 4.5"/><path d="M13 4.600a2.6 2.6 0 0 1 0 4.900M14.3 11.800c1.8.5 2.9 1.9 3.2 4.2"/>`)
}

func iconInvite() app.UI {
	return icon(`<circle cx="8.5" cy="7" r="2.8"/><path d="M3.5 16c.4-3 2.4-4.5 5-4.5 1.4 0 2.6.4 3.5 1.200M15 11.500v5M12.5 14h5"/>`)
}
func iconUp() app.UI    { return icon(`<path d="M10 16V4M5 9l5-5 5 5"/>`) }
func iconCheck() app.UI { return icon(`<path d="M4 10.5l4 4 8-9"/>`) }
func iconDown() app.UI  { return icon(`<path d="M10 4v12M5 11l5 5 5-5"/>`) }
func iconClock() app.UI {
	return icon(`<circle cx="10" cy="10" r="6.5"/><path d="M10 6.500V10l2.5 1.5"/>`)
}
func iconSend() app.UI { return icon(`<path d="M10 16V4M5 9l5-5 5 5"/>`) }

// copyPaths draws copying, in messages.
const copyPaths = `<rect x="7" y="7" width="9" height="9" rx="2"/><path d="M13 7V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v5a2 2 0 0 0 2 2h1"/>`

func iconReact() app.UI {
	return icon(`<path d="M16.300 9.500A7 7 0 1 1 10.500 3M15.500 2v6M12.500 5h6M7.500 8v.2M12 8v.2M6.800 12c1.600 2.200 4.800 2.200 6.400 0"/>`)
}

func iconSmile() app.UI {
	return icon(`<circle cx="10" cy="10" r="7"/><path d="M7.500 8v.2M12.500 8v.2M6.800 12c1.600 2.200 4.800 2.200 6.400 0"/>`)
}
