// Light, dark or as the system: the choice lives in a cookie, so that the server draws the first frame in the right colours.
const night = window.matchMedia('(prefers-color-scheme: dark)');

function state() {
    const choice = document.documentElement.dataset.theme ?? 'system';
    return { choice, dark: choice === 'dark' || (choice === 'system' && night.matches) };
}

export function watch(layout) {
    night.addEventListener('change', () => layout.invokeMethodAsync('OnDarkChanged', state().dark).catch(() => { }));
    return state();
}

export function choose(choice) {
    document.documentElement.dataset.theme = choice;
    document.cookie = `theme=${choice}; path=/; max-age=31536000; samesite=lax`;
    return state();
}
