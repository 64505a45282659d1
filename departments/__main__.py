"""python -m departments: run the stand-in until it is told to end; prints the address on which it listens."""

import argparse
import threading
from pathlib import Path

from departments.desk import listen
from departments.office import Office
from departments.tray import watch


def main() -> None:
    """Answer by HTTP, and through the folder, until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m departments", description="核对部门的替身, 只用于测试和演示")
    parser.add_argument("--folder", type=Path, required=True, help="交换文件夹 (requests/, answers/); 也放 faults 文件")
    parser.add_argument("--key-file", type=Path, required=True, help="与民政共用的密钥文件")
    parser.add_argument("--port", type=int, default=0, help="端口, 0 为任选")
    asked = parser.parse_args()
    office = Office(asked.folder, asked.key_file.read_bytes().strip())
    threading.Thread(target=watch, args=(office,), daemon=True).start()
    service = listen(office, asked.port)
    print(f"http://127.0.0.1:{service.server_address[1]}", flush=True)  # noqa: T201  the caller reads it
    service.serve_forever()


if __name__ == "__main__":
    main()
