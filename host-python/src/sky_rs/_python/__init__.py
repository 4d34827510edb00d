"""The fallback: SkyPilot's answers in plain Python, one module per concept."""
