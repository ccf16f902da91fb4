-- Field packs name the devices whose certificates count no more: find them without reading every device.

CREATE INDEX devices_revoked ON devices (revoked_at, id) WHERE revoked_at IS NOT NULL;
