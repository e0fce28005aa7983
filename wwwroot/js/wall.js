// Tells the gallery how wide its wall is, so that rows hold as many tiles as fit, and which way the arrow keys point while a
// picture is open, wherever in its dialog the focus lies.
export function watch(wall, page) {
    let width = 0;
    const observer = new ResizeObserver(() => {
        if (!wall.isConnected) {
            leave();
        } else if (wall.clientWidth > 0 && wall.clientWidth !== width) {
            width = wall.clientWidth;
            page.invokeMethodAsync('OnWidth', width).catch(leave);
        }
    });
    const onKey = event => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (!wall.isConnected) {
            leave();
        } else if (step && document.querySelector('.mud-dialog') && !(event.target instanceof HTMLInputElement)) {
            page.invokeMethodAsync('OnArrow', step).catch(leave);
        }
    };
    const leave = () => {
        observer.disconnect();
        document.removeEventListener('keydown', onKey);
    };
    observer.observe(wall);
    document.addEventListener('keydown', onKey);
}

export function toTop() {
    window.scrollTo({ top: 0, behavior: 'smooth' });
}
