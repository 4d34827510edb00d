"""SkyPilot's own functions beside sky_rs: the fallback, the component, and the faster of them."""
