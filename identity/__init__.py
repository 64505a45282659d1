"""Who is at the door: resident ids, consent, and the comparison of a live face with a portrait, all on the device.

Start at `identity.compare.compare`, `identity.ladder.next_step`, `identity.consent` and `identity.resident_id`.
Nothing here opens a socket, reads a clock for its rules, or keeps a photograph: storage, timers and screens belong to
the field client. Importing the package costs nothing; the face engine is loaded by the first comparison.
"""
