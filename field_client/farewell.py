"""A device that the office reported lost: it hands over what is unsent, sealed to the office, and then wipes itself.

Nothing is wiped before the office has confirmed that it holds every piece. Begun again after a cut or a crash it sends
only what is not there yet.
"""

import os
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from field_client import keys, salvage, wiping
from field_client.clock import Clock
from field_client.errors import FieldError, ServerRefused
from field_client.settings import Device, load_device
from field_client.store import Store
from field_client.transport import Transport
from sync import bundle
from sync.errors import Untrusted
from sync.farewell import CHALLENGE_PREFIX, SALVAGE, Order, check_confirmed, read_order

NOT_ASKED = "farewell.not_asked"


def take_leave(store: Store, transport: Transport, clock: Clock, environment: Mapping[str, str] = os.environ) -> None:
    """Hand over and wipe, where the office asked for it; do nothing where it did not, or where it was not the office.

    Raises FieldError("device.wiped") when it is done, NoConnection when the line was lost before; then all is still here.
    """
    device, pairs = load_device(store.home), keys.read_keys(store.get("keys"))
    try:
        begun = transport.begin_farewell(
            device.device_id, lambda challenge: pairs.signing.sign(CHALLENGE_PREFIX + challenge.encode()).hex()
        )
        order = read_order(begun["order"], device.device_id, bytes.fromhex(device.receipt_key))
    except ServerRefused as refusal:
        if refusal.code == NOT_ASKED:
            return
        raise
    except (Untrusted, KeyError, TypeError):
        return  # Whoever it was, it was not the office.
    _hand_over(store, device, pairs, transport, order, set(begun.get("have") or []), clock)
    store.close()
    wiping.wipe(store.home, environment)
    wiping.tell(store.home, transport)
    raise FieldError("device.wiped")


def _hand_over(
    store: Store,
    device: Device,
    pairs: keys.DeviceKeys,
    transport: Transport,
    order: Order,
    have: set[str],
    clock: Clock,
) -> None:
    """Send what the office lacks until nothing is new; the last look and the point of no return are one transaction."""
    while True:
        for piece in salvage.pieces(store):
            if piece.name not in have:
                transport.hand_over(device.device_id, piece.name, _sealed(piece, device, pairs, order))
                have.add(piece.name)
        with store.transaction():  # Nobody else writes now: what is counted here is all there will ever be.
            names = [piece.name for piece in salvage.pieces(store)]
            if have.issuperset(names):
                key = Ed25519PrivateKey.generate()
                _confirmed(device, transport, names, key.public_key().public_bytes_raw().hex())
                wiping.begin(store.home, device, order, key, at=clock.now())
                return


def _confirmed(device: Device, transport: Transport, names: list[str], farewell_key: str) -> None:
    """Have the office sign that it holds everything: whoever else answers on the way must not make us wipe."""
    signature = transport.end_salvage(device.device_id, names, farewell_key)
    try:
        check_confirmed(device.device_id, names, farewell_key, signature, bytes.fromhex(device.receipt_key))
    except Untrusted:
        raise FieldError("server.unreadable") from None


def _sealed(piece: salvage.Piece, device: Device, pairs: keys.DeviceKeys, order: Order) -> bytes:
    out = bytearray()
    bundle.write(
        out.extend,
        [bundle.Part(SALVAGE, piece.facts, [piece.content], piece.packs)],
        bundle.Head(SALVAGE, device.device_id, {"name": piece.name}),
        signing=pairs.signing,
        to=bytes.fromhex(order.sealing_key),
        own_key=X25519PrivateKey.generate(),
    )
    return bytes(out)
