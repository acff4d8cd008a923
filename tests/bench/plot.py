# SPDX-License-Identifier: MIT
"""Line plots as SVG, with nothing but text: x is logarithmic; y begins at 0, or is logarithmic, too."""
import math
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 460, 260, 62, 24, 34, 44
COLOURS = ("#888888", "#1f6feb")


def ticks(most):
    """Round numbers from 0 to at least the most."""
    step = 10 ** math.floor(math.log10(most or 1))
    step = next(step * factor for factor in (0.2, 0.5, 1, 2) if most / (step * factor) <= 5)
    return [round(step * number, 6) for number in range(math.ceil(most / step) + 1)]


def powers(least, most):
    """Powers of ten around these."""
    return [10.0 ** number for number in range(math.floor(math.log10(least)), math.floor(math.log10(most)) + 2)]


def fitted(points):
    """(a, b) of the line y = a + b x with the least squares."""
    xs, ys = zip(*points)
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    b = sum((one - x) * (other - y) for one, other in points) / (sum((one - x) ** 2 for one in xs) or 1)
    return y - b * x, b


def number(value):
    """Three digits that matter."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def panel(title, x_title, lines, beyond=None, to=None, logarithmic=False):
    """The text of one plot. `lines`: {name: [(x, y), ...]}. `beyond`: {name: function of x}: then the points are what was measured,
    and a dashed line is the function, as far as `to`, with its value there."""
    measured = [point for line in lines.values() for point in line]
    ends = [(to, function(to)) for function in (beyond or {}).values()]
    ys = [y for _, y in measured + ends]
    rows = powers(max(1e-6, min(ys)), max(ys)) if logarithmic else ticks(max(1e-6, *ys))
    xs = sorted({x for x, _ in measured + ends})
    first, last = math.log10(xs[0]), math.log10(xs[-1])

    def at(x, y):
        across = (math.log10(x) - first) / ((last - first) or 1)
        up = math.log10(max(y, rows[0]) / rows[0]) / math.log10(rows[-1] / rows[0]) if logarithmic else y / rows[-1]
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text x="{LEFT}" y="18" font-size="13">{escape(title)}</text>']
    for row in rows:
        _, y = at(xs[0], row)
        parts += [f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>',
                  f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number(row) if logarithmic else f"{row:g}"}</text>']
    for x in xs:
        parts.append(f'<text x="{at(x, 0)[0]:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{x:,}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_title)}</text>')
    for place, (name, line) in enumerate(lines.items()):
        colour = COLOURS[(place + 2 - len(lines)) % len(COLOURS)]
        function = (beyond or {}).get(name)
        if function:
            steps = [xs[0] * (to / xs[0]) ** (step / 60) for step in range(61)]
            line_points, style = [(x, function(x)) for x in steps], 'stroke-width="1.5" stroke-dasharray="5 4"'
            x, y = at(to, function(to))
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="white" stroke="{colour}"/>',
                      f'<text x="{x - 8:.1f}" y="{y - 6 if place == 0 else y + 16:.1f}" text-anchor="end" fill="{colour}">{number(function(to))}</text>']
        else:
            line_points, style = line, 'stroke-width="2"'
        way = "L".join("{:.1f} {:.1f}".format(*at(*point)) for point in line_points)
        parts.append(f'<path d="M{way}" fill="none" stroke="{colour}" {style}/>')
        parts += ['<circle cx="{:.1f}" cy="{:.1f}" r="{}" fill="{}"/>'.format(*at(*point), 4 if function else 3, colour) for point in line]
        parts.append(f'<text x="{LEFT + 8 + 130 * place}" y="{TOP + 4}" fill="{colour}">{escape(name)}</text>')
    return parts


def write(path, panels, columns=1):
    """One picture of these plots, beside and below each other."""
    rows = -(-len(panels) // columns)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * columns} {HEIGHT * rows}" font-family="sans-serif" font-size="11">',
             f'<rect width="{WIDTH * columns}" height="{HEIGHT * rows}" fill="white"/>']
    for place, lines in enumerate(panels):
        parts += [f'<g transform="translate({place % columns * WIDTH} {place // columns * HEIGHT})">', *lines, "</g>"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")


def plot(path, title, x_title, lines):
    write(path, [panel(title, x_title, lines)])
