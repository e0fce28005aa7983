export function toEnd(box) {
    box.scrollTop = box.scrollHeight;
}
