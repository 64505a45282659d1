"""`python -m field_client` is the same as the `field-client` command."""

from field_client.cli import main

if __name__ == "__main__":
    main()
