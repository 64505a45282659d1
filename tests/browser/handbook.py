"""python -m tests.browser.handbook: put the browser tests' pictures into the caseworkers' handbook, small enough to carry."""

from PIL import Image

from tests.browser.shots import SCREENSHOTS

FOLDER = SCREENSHOTS.parents[1] / "docs" / "手册" / "图"
WIDTH, TALLEST = 390, 1100  # pixels
PICTURES = {
    "解锁": "unlock-phone",
    "首页": "home-phone",
    "恢复": "recovery-phone",
    "标注": "marks-phone",
    "签名": "signature-phone",
    "同步": "sync-offline-phone",
    "批注": "pinned-phone",
}


def main() -> None:
    """Shrink each picture to the width of a phone and cut what is below the fold."""
    FOLDER.mkdir(exist_ok=True)
    for name, shot in PICTURES.items():
        with Image.open(SCREENSHOTS / f"field-{shot}.png") as picture:
            height = round(picture.height * WIDTH / picture.width)
            small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
            small.crop((0, 0, WIDTH, min(height, TALLEST))).quantize(128).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
