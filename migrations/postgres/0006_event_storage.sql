-- Events are written once, are mostly base64, and are read whole: keep them in their row, without trying to compress.

ALTER TABLE custody_events ALTER COLUMN jws SET STORAGE EXTERNAL;
ALTER TABLE custody_events ALTER COLUMN record SET STORAGE EXTERNAL;
ALTER TABLE custody_events SET (toast_tuple_target = 8160);
ALTER TABLE manifests SET (toast_tuple_target = 8160);
