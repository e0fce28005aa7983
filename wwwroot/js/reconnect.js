// Blazor tells the modal how the connection stands; whatever was on the page comes back from its address and the database.
const modal = document.getElementById('components-reconnect-modal');

modal.addEventListener('components-reconnect-state-changed', event => {
    switch (event.detail.state) {
        case 'show':
            modal.showModal();
            break;
        case 'hide':
            modal.close();
            break;
        case 'failed':
            document.addEventListener('visibilitychange', retryWhenVisible);
            break;
        case 'rejected':
            location.reload();
            break;
    }
});
document.getElementById('components-reconnect-button').addEventListener('click', retry);

async function retry() {
    document.removeEventListener('visibilitychange', retryWhenVisible);
    try {
        if (!await Blazor.reconnect()) {
            location.reload();
        }
    } catch {
        document.addEventListener('visibilitychange', retryWhenVisible);
    }
}

// A laptop that is opened again should not wait for a click.
async function retryWhenVisible() {
    if (document.visibilityState === 'visible') {
        await retry();
    }
}
