"""The main job, played for a newcomer with real parts: a real server process, the real command line, real faces, real cuts."""
