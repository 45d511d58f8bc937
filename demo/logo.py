# SPDX-License-Identifier: AGPL-3.0-or-later
"""The made-up provider's logo: northern lights over a lighthouse, drawn with Pillow."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

NIGHT, SEA, LAMP, TOWER = (15, 76, 92), (10, 52, 63), (255, 209, 102), (255, 255, 255)
LIGHTS = ((94, 220, 170), (60, 190, 180), (227, 100, 20))
SIZE = 640


def logo() -> bytes:
    """A square PNG with a transparent ground."""
    image = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    mask = Image.new("L", (SIZE, SIZE), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, SIZE - 1, SIZE - 1), 120, fill=255)
    picture = Image.new("RGBA", (SIZE, SIZE), (*NIGHT, 255))
    for band, colour in enumerate(LIGHTS):
        veil = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
        brush = ImageDraw.Draw(veil)
        for x in range(SIZE):
            swing = abs((x + 130 * band) % 320 - 160) // 2
            top = 90 + 70 * band + swing
            for y in range(top, top + 130):
                strength = 190 * (130 - (y - top)) // 130
                brush.point((x, y), (*colour, strength))
        picture = Image.alpha_composite(picture, veil)
    brush = ImageDraw.Draw(picture)
    brush.polygon([(0, 520), (SIZE, 470), (SIZE, SIZE), (0, SIZE)], fill=(*SEA, 255))
    brush.polygon([(290, 560), (308, 300), (352, 300), (370, 560)], fill=TOWER)
    brush.rectangle((302, 250, 358, 300), fill=LAMP)
    brush.polygon([(294, 250), (330, 205), (366, 250)], fill=TOWER)
    brush.polygon([(302, 275), (20, 215), (20, 335)], fill=(*LAMP, 90))
    image.paste(picture, (0, 0), mask)
    stream = io.BytesIO()
    image.resize((320, 320), Image.Resampling.LANCZOS).save(stream, "PNG", optimize=True)
    return stream.getvalue()
