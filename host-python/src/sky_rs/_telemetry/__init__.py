"""What telemetry is made of: ``observer`` sees the calls, an exporter hands them on."""
