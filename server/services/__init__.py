"""What people do: one public function per deed. A service takes a ledger or session and never commits."""
