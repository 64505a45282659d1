#!/bin/sh
# Puts the field client into the user's menu, and with --autostart among what starts with the session; --remove takes both away.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
config=${XDG_CONFIG_HOME:-$HOME/.config}
menu=$data/applications/zhangshangban.desktop
start=$config/autostart/zhangshangban.desktop

case ${1:-} in
--remove)
    rm -f "$menu" "$start"
    echo "已去掉桌面图标和自动打开。数据没有动。"
    exit 0
    ;;
"" | --autostart) ;;
*)
    echo "用法: install.sh [--autostart | --remove]" >&2
    exit 2
    ;;
esac

write() {
    mkdir -p "$(dirname "$1")"
    sed "s|@ROOT@|$root|g" "$root/packaging/desktop/zhangshangban.desktop" >"$1"
}

[ -x "$root/.venv/bin/field-client" ] || {
    echo "还没有安装: 请先运行 make setup" >&2
    exit 1
}
write "$menu"
echo "已装好桌面图标: $menu"
if [ "${1:-}" = --autostart ]; then
    write "$start"
    echo "登录后会自动打开: $start"
fi
