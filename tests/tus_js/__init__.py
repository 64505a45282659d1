"""tus-js-client, the tus client that browsers use: installed from its lock file, to hold our server against."""
