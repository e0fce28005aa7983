// Starts Blazor, and says within seconds when the dashboard can't be reached. What was on the page comes back from its address,
// its draft and the database.
const bar = document.getElementById('components-reconnect-modal');
const trying = ['components-reconnect-show', 'components-reconnect-retrying', 'components-reconnect-failed'];

// The server sends something every 4 s (DashboardServices); three of them missing mean that it can't be reached.
const silence = 12_000;
const pauses = attempt => attempt < 3 ? 500 : attempt < 30 ? 2_000 : 5_000;

Blazor.start({
    circuit: {
        configureSignalR: builder => builder.withServerTimeout(silence).withKeepAliveInterval(4_000),
        // Without an end: a laptop may sleep for a weekend.
        reconnectionOptions: { maxRetries: undefined, retryIntervalMilliseconds: pauses, dialogId: bar.id },
    },
});

bar.addEventListener('components-reconnect-state-changed', event => {
    if (event.detail.state === 'rejected') {
        location.reload();
    }
});
document.getElementById('components-reconnect-button').addEventListener('click', retry);
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && retry());
window.addEventListener('offline', showNetwork);
window.addEventListener('online', () => {
    showNetwork();
    retry();
});
showNetwork();

function showNetwork() {
    bar.classList.toggle('reconnect-no-network', !navigator.onLine);
}

/** At once instead of after the pause; does nothing while the connection stands. */
async function retry() {
    if (!trying.some(state => bar.classList.contains(state))) {
        return;
    }
    try {
        if (!await Blazor.reconnect()) {
            location.reload();
        }
    } catch {
        // Blazor keeps trying.
    }
}
