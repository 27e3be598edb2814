"""What several tests need: programs, servers, files and people that stand in for real ones."""
