// Shows x_t = signal·x₀ + noise·ε of one image at several times, with the same ε throughout, as the network meets it.
export async function draw(strip, address, size, steps) {
    const image = new Image();
    image.src = address;
    await image.decode();
    const clean = pixels(image, size);
    const { mean, deviation } = moments(clean);
    const noise = gaussian(clean.length, 7);
    strip.replaceChildren(...steps.map(step => picture(clean, noise, step, size, mean, deviation)));
}

/** Centre crop to the short side, then resize, as the import does. */
function pixels(image, size) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    const side = Math.min(image.naturalWidth, image.naturalHeight);
    context.drawImage(image, (image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2, side, side, 0, 0, size, size);
    const rgba = context.getImageData(0, 0, size, size).data;
    return Float32Array.from({ length: size * size * 3 }, (_, i) => rgba[Math.floor(i / 3) * 4 + i % 3] / 255);
}

function moments(values) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
}

function picture(clean, noise, { time, signal, noise: rate }, size, mean, deviation) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    const context = canvas.getContext('2d');
    const frame = context.createImageData(size, size);
    for (let i = 0; i < clean.length; i++) {
        const mixed = signal * (clean[i] - mean) / deviation + rate * noise[i];
        frame.data[Math.floor(i / 3) * 4 + i % 3] = 255 * (mixed * deviation + mean);
    }
    for (let i = 3; i < frame.data.length; i += 4) {
        frame.data[i] = 255;
    }
    context.putImageData(frame, 0, 0);
    const figure = document.createElement('figure');
    const label = document.createElement('span');
    label.textContent = `t = ${time.toFixed(2)}`;
    figure.append(canvas, label);
    return figure;
}

/** Normal numbers by Box and Muller from a small seeded generator, so that the strip does not flicker. */
function gaussian(count, seed) {
    let state = seed;
    const uniform = () => {
        state = state + 0x6d2b79f5 | 0;
        let t = Math.imul(state ^ state >>> 15, 1 | state);
        t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
        return ((t ^ t >>> 14) >>> 0) / 4294967296;
    };
    return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()));
}
