"""Checking a record without trusting whoever kept it: the standard library and ``cryptography``, nothing else.

To be read in this order, each module on those before it:

- ``encoding``, ``base64url``, ``canonical``: one spelling for each value, so that nothing is said in two ways.
- ``tree``: the hashes of RFC 6962, and what proves that a leaf is in a tree.
- ``leaf``: what stands in the tree for an entry, a time and a commitment.
- ``checkpoint``, ``note``: what a log says of its tree, what witnesses say of that, and whose signatures are below it.
- ``policy``: which witnesses it takes to make that binding.
- ``public_key``, ``jws``: a desk's key, and a statement that it signed.
- ``bundle``: the file, read within limits.
- ``lines``: one entry by itself.
- ``findings``: what a verification comes to, and in which words.
- ``statements``: all entries in order: keys, serials, times, ids.
- ``check``: all of it together; ``__main__`` is the command. **Who has a quarter of an hour reads** ``check``.

Beside the package, on it, and under the same rule of imports: ``keepclear.record.proof`` (receipts), ``consistency``,
``evidence`` and ``compare`` (split views).
"""
