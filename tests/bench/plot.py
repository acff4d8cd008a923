# SPDX-License-Identifier: MIT
"""Line plots as SVG, with nothing but text: x is logarithmic, y begins at 0."""
import math
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 460, 260, 62, 16, 34, 44
COLOURS = ("#888888", "#1f6feb")


def ticks(most):
    """Round numbers from 0 to at least the most."""
    step = 10 ** math.floor(math.log10(most or 1))
    step = next(step * factor for factor in (0.2, 0.5, 1, 2) if most / (step * factor) <= 5)
    return [round(step * number, 6) for number in range(math.ceil(most / step) + 1)]


def plot(path, title, x_title, lines):
    """`lines`: {name: [(x, y), ...]}."""
    points = [point for line in lines.values() for point in line]
    rows = ticks(max(1e-6, *(y for _, y in points)))
    xs = sorted({x for x, _ in points})
    first, last = math.log10(xs[0]), math.log10(xs[-1])

    def at(x, y):
        across = (math.log10(x) - first) / ((last - first) or 1)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y / rows[-1] * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{LEFT}" y="18" font-size="13">{escape(title)}</text>']
    for row in rows:
        _, y = at(xs[0], row)
        parts += [f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>',
                  f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{row:g}</text>']
    for x in xs:
        parts.append(f'<text x="{at(x, 0)[0]:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{x:,}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_title)}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[(number + 2 - len(lines)) % len(COLOURS)]
        way = "L".join("{:.1f} {:.1f}".format(*at(*point)) for point in line)
        parts.append(f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += ['<circle cx="{:.1f}" cy="{:.1f}" r="3" fill="{}"/>'.format(*at(*point), colour) for point in line]
        parts.append(f'<text x="{LEFT + 8 + 130 * number}" y="{TOP + 4}" fill="{colour}">{escape(name)}</text>')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
