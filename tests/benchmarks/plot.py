"""Plots of figures as SVG, by hand: two bars a figure, ours and the reference, with the ratio of the two and its goal."""

from html import escape

WIDTH, LABELS, BARS, ROW, BAR, TOP = 760, 190, 360, 62, 18, 40

# Readable on a white page and on a dark one.
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .name { font-weight: 600; }
  .less { fill: #57606a; }
  .ours { fill: #1f6feb; }
  .reference { fill: #afb8c1; }
  .axis { stroke: #d0d7de; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .less { fill: #8d96a0; }
    .ours { fill: #4493f8; }
    .reference { fill: #6e7681; }
    .axis { stroke: #3d444d; }
  }
"""


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(value):
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def text(x, y, content, kind="", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


def bar(y, share, kind, label):
    width = max(2.0, BARS * share)
    return [f'<rect x="{LABELS}" y="{y:.0f}" width="{width:.1f}" height="{BAR}" rx="2" class="{kind}"/>',
            text(LABELS + width + 6, y + 13.5, label)]


def row(figure, top, lower_is_better):
    """The longer bar of a figure is as long as there is room: figures of different units stand below each other."""
    most = max(figure["ours"], figure["reference"])
    goal = f", goal {figure['goal']:g}" if "goal" in figure else ""
    less = ", less is better" if lower_is_better else ""
    parts = [text(0, top + 16, figure["name"], "name"),
             text(0, top + 34, f"ratio {ratio(figure['ratio'])}{goal}{less}", "less")]
    parts += bar(top + 2, figure["ours"] / most, "ours", f"{number(figure['ours'])} {figure['unit']}")
    parts += bar(top + 4 + BAR, figure["reference"] / most, "reference", number(figure["reference"]))
    return parts


def bars(figures, lower_is_better):
    height = TOP + ROW * len(figures)
    parts = [f'<rect x="{LABELS}" y="6" width="12" height="12" rx="2" class="ours"/>', text(LABELS + 18, 16, "Whence"),
             f'<rect x="{LABELS + 90}" y="6" width="12" height="12" rx="2" class="reference"/>',
             text(LABELS + 108, 16, "the reference"),
             f'<line x1="{LABELS}" y1="{TOP - 8}" x2="{LABELS}" y2="{height - 12}" class="axis"/>']
    for index, figure in enumerate(figures):
        parts += row(figure, TOP + ROW * index, figure["name"] in lower_is_better)
    body = "\n  ".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">\n'
            f"  <style>{STYLE}  </style>\n  {body}\n</svg>\n")
