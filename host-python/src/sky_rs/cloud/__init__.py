"""Cloud APIs without the clouds' SDKs: requests are written and responses read in the component."""
