"""Where speech comes from: the watermark, the note in a file, Content Credentials, consent."""
