// Tells the gallery how wide its wall is, so that rows hold as many tiles as fit.
export function watch(wall, page) {
    let width = 0;
    const observer = new ResizeObserver(() => {
        if (!wall.isConnected) {
            observer.disconnect();
        } else if (wall.clientWidth > 0 && wall.clientWidth !== width) {
            width = wall.clientWidth;
            page.invokeMethodAsync('OnWidth', width).catch(() => observer.disconnect());
        }
    });
    observer.observe(wall);
}

export function toTop() {
    window.scrollTo({ top: 0, behavior: 'smooth' });
}
