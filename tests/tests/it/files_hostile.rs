//! Uploads by somebody who lies: about offsets, hashes, sizes and contents.

use reqwest::Method;
use tests::http::send;
use tests::{Picture, World, on_both};

on_both!(
    offsets_that_lie,
    bytes_that_are_not_what_their_hash_says,
    more_than_a_file_may_have,
    what_is_no_evidence_file,
);

async fn offsets_that_lie(world: World) {
    let (driver, photo) = (&world.cast.driver, Picture::vector("plain.jpg"));
    let length = photo.bytes.len().to_string();
    assert_eq!(driver.asks_for(&photo).await.status, 404);
    let before = world.counts().await;
    for (offset, whole, status, code) in [
        ("-1", length.as_str(), 400, "bad_request"),
        ("+1", &length, 400, "bad_request"),
        ("0x10", &length, 400, "bad_request"),
        ("1.5", &length, 400, "bad_request"),
        ("", &length, 400, "bad_request"),
        ("18446744073709551616", &length, 400, "bad_request"),
        ("0", "-5", 400, "bad_request"),
        ("0", "zwölf", 400, "bad_request"),
        ("0", "0", 422, "invalid_fields"),
        ("18446744073709551615", &length, 422, "invalid_fields"),
        ("99999", &length, 422, "invalid_fields"),
        ("1", &length, 409, "upload_offset"),
        (&length, &length, 409, "upload_offset"),
        ("0", "18446744073709551615", 413, "body_too_large"),
        ("0", "10485761", 413, "body_too_large"),
        ("0", "100", 422, "invalid_fields"),
    ] {
        let request = driver.request(Method::PUT, &photo.path()).await;
        let request = request.header("upload-offset", offset).header("upload-length", whole);
        let answer = send(request.body(photo.bytes.clone())).await;
        assert_eq!(answer.body["code"], code, "{offset} of {whole}: {}", answer.text());
        answer.problem(status, code);
    }
    let twice = driver
        .request(Method::PUT, &photo.path())
        .await
        .header("upload-offset", "0")
        .header("upload-offset", "7");
    send(twice.header("upload-length", &length).body(photo.bytes.clone())).await.problem(400, "bad_request");
    for name in
        ["x", "..%2F..%2Fetc%2Fpasswd", &photo.hash.to_string().to_uppercase(), &format!("{}0", photo.hash)]
    {
        for method in [Method::PUT, Method::GET] {
            let path = format!("/api/v1/field/files/{name}");
            send(driver.request(method, &path).await.body(photo.bytes.clone()))
                .await
                .problem(404, "not_found");
        }
    }
    assert_eq!(world.counts().await, before, "nothing is kept of what lies");
    // Another length at the beginning is a new beginning; in the middle it is a mistake.
    let _ = driver
        .sends_part(&Picture { bytes: photo.bytes[..50].to_vec(), ..photo.clone() }, 0, 20)
        .await
        .expect(200);
    driver.sends_part(&photo, 20, 60).await.problem(422, "invalid_fields");
    let _ = driver.sends_part(&photo, 0, 60).await.expect(200);
    let _ = driver.sends_part(&photo, 60, photo.bytes.len()).await.expect(201);
}

async fn bytes_that_are_not_what_their_hash_says(world: World) {
    let (driver, photo) = (&world.cast.driver, Picture::vector("plain.jpg"));
    let mut changed = photo.clone();
    changed.bytes[700] ^= 1;
    driver.sends(&changed).await.problem(422, "upload_hash");
    assert_eq!(driver.asks_for(&photo).await.status, 404);
    // Halves of two pictures: told only at the end, then the upload begins anew.
    let _ = driver.sends_part(&changed, 0, 900).await.expect(200);
    driver.sends_part(&photo, 900, photo.bytes.len()).await.problem(422, "upload_hash");
    assert_eq!(driver.asks_for(&photo).await.status, 404);
    assert_eq!((world.objects().len(), world.count("files").await), (0, 0));
    let _ = driver.sends(&photo).await.expect(201);
}

async fn more_than_a_file_may_have(world: World) {
    let driver = &world.cast.driver;
    let whole = 10 * 1024 * 1024;
    let most = Picture::large(whole - Picture::large(0, 3).bytes.len(), 3);
    assert_eq!(most.bytes.len(), whole);
    let _ = driver.sends(&most).await.expect(201);
    let larger = Picture::large(whole, 3);
    driver.sends(&larger).await.problem(413, "body_too_large");
    driver.sends_part(&larger, 0, 100).await.problem(413, "body_too_large");
    assert_eq!(world.count("files").await, 1);
}

async fn what_is_no_evidence_file(world: World) {
    let driver = &world.cast.driver;
    let mut polyglot = Picture::vector("plain.jpg").bytes;
    polyglot.extend_from_slice(b"PK\x03\x04<script>alert(1)</script>");
    let mut hidden = Picture::vector("plain.jpg").bytes;
    hidden.splice(20..20, *b"\xff\xfe\0\x1a<script>alert(1)</script>");
    let cases = [
        (Picture::of(polyglot), 422, "file_metadata"),
        (Picture::of(hidden), 422, "file_metadata"),
        (Picture::vector("exif_place.jpg"), 422, "file_metadata"),
        (Picture::vector("exif_turned.jpg"), 422, "file_metadata"),
        (Picture::vector("xmp_place.jpg"), 422, "file_metadata"),
        (Picture::vector("iptc_place.jpg"), 422, "file_metadata"),
        (Picture::vector("exif_place.png"), 422, "file_metadata"),
        (Picture::vector("exif_place.webp"), 422, "file_metadata"),
        (Picture::vector("animated.webp"), 422, "file_metadata"),
        (Picture::of(b"<!doctype html><script>alert(1)</script>".to_vec()), 415, "file_kind"),
        (
            Picture::of(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
            415,
            "file_kind",
        ),
        (Picture::of(b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()), 415, "file_kind"),
        (Picture::of(b"\xff\xd8\xff\xe0 not a picture".to_vec()), 415, "file_kind"),
        (Picture::of(Picture::vector("plain.jpg").bytes[..900].to_vec()), 415, "file_kind"),
    ];
    let load = world.issued().await;
    let phone = world.phone_of(driver).await;
    let all: Vec<&Picture> = cases.iter().map(|(picture, ..)| picture).collect();
    phone.picks_up(&load).at(&world.places.store).naming("load", &all).send().await;
    for (picture, status, code) in &cases {
        driver.sends(picture).await.problem(*status, code);
        let half = picture.bytes.len() / 2;
        let _ = driver.sends_part(picture, 0, half).await.expect(200);
        driver.sends_part(picture, half, picture.bytes.len()).await.problem(*status, code);
        assert_eq!(driver.asks_for(picture).await.status, 404);
        world.cast.generator.opens(picture).await.problem(404, "not_found");
    }
    assert_eq!(
        (world.objects().len(), world.count("files").await, world.count("file_uploads").await),
        (0, 0, 0)
    );
    for name in ["profile.jpg", "restart.jpg", "lossless.webp", "alpha.webp", "paper.pdf"] {
        let _ = driver.sends(&Picture::vector(name)).await.expect(201);
    }
}
