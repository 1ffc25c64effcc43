"""A drawing as one HTML page that needs nothing else: it is moved with the mouse, and the wheel makes it larger."""

from html import escape

from explorer.drawing.picture import Picture
from explorer.drawing.svg import FONT, svg
from explorer.records.text import shown

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
html, body {{ margin: 0; height: 100%; overflow: hidden; background: #f6f7f9; font-family: {font}; }}
#sheet {{ transform-origin: 0 0; cursor: grab; position: absolute; background: #fff; line-height: 0; }}
#said {{ position: fixed; right: 16px; bottom: 12px; color: #5f6a7d; font-size: 12px; }}
</style>
</head>
<body>
<div id="sheet">
{svg}</div>
<div id="said">drag to move, wheel to zoom, 0 for the whole, 1 for its own size; rest the mouse on a box</div>
<script>
const sheet = document.getElementById("sheet"), width = {width}, height = {height};
let scale = 1, left = 0, top_ = 0, held = null;
function show() {{ sheet.style.transform = `translate(${{left}}px, ${{top_}}px) scale(${{scale}})`; }}
function fit(to) {{
  scale = to ?? Math.min(innerWidth / width, innerHeight / height, 1);
  left = Math.max((innerWidth - width * scale) / 2, 0); top_ = 0; show();
}}
function zoom(by, x, y) {{
  const next = Math.min(Math.max(scale * by, 0.02), 8);
  left = x - (x - left) * next / scale; top_ = y - (y - top_) * next / scale; scale = next; show();
}}
addEventListener("wheel", e => {{ e.preventDefault(); zoom(Math.exp(-e.deltaY / 500), e.clientX, e.clientY); }},
                 {{passive: false}});
addEventListener("pointerdown", e => held = [e.clientX - left, e.clientY - top_]);
addEventListener("pointermove", e => {{
  if (held) {{ left = e.clientX - held[0]; top_ = e.clientY - held[1]; show(); }}
}});
addEventListener("pointerup", () => held = null);
addEventListener("keydown", e => {{
  const step = 80, moves = {{ArrowUp: [0, step], ArrowDown: [0, -step], ArrowLeft: [step, 0], ArrowRight: [-step, 0]}};
  if (moves[e.key]) {{ left += moves[e.key][0]; top_ += moves[e.key][1]; show(); }}
  else if (e.key === "+") zoom(1.25, innerWidth / 2, innerHeight / 2);
  else if (e.key === "-") zoom(0.8, innerWidth / 2, innerHeight / 2);
  else if (e.key === "0") fit();
  else if (e.key === "1") fit(1);
}});
fit(Math.min(innerWidth / width, 1));
</script>
</body>
</html>
"""


def web_page(picture: Picture, caption: str) -> str:
    """Return an HTML page; nothing in it is loaded from elsewhere."""
    return _PAGE.format(
        title=escape(shown(caption)), font=FONT, svg=svg(picture), width=picture.width, height=picture.height
    )
