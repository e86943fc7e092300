;; Single bits, tested in all the ways that become one instruction, at positions of any size.
(module
  (func (export "down") (param i32 i32) (result i32)
    (if (result i32) (i32.and (i32.shr_u (local.get 0) (local.get 1)) (i32.const 1))
      (then (i32.const 11)) (else (i32.const 22))))
  (func (export "down, signed") (param i64 i64) (result i32)
    (i64.eqz (i64.and (i64.shr_s (local.get 0) (local.get 1)) (i64.const 1))))
  (func (export "up") (param i32 i32) (result i32)
    (if (result i32) (i32.and (i32.shl (i32.const 1) (local.get 1)) (local.get 0))
      (then (i32.const 11)) (else (i32.const 22))))
  (func (export "up, wide") (param i64 i64) (result i32)
    (i64.ne (i64.and (local.get 0) (i64.shl (i64.const 1) (local.get 1))) (i64.const 0)))
  (func (export "one of a set") (param i32) (result i32)
    (i32.ne (i32.const 0) (i32.and (i32.shl (i32.const 1) (local.get 0)) (i32.const 0x2601))))
  (func (export "constant positions") (param i32 i64) (result i32)
    (i32.add
      (i32.add
        (i32.eqz (i32.and (i32.shr_u (local.get 0) (i32.const 31)) (i32.const 1)))
        (i32.shl (i32.eqz (i32.and (i32.shr_s (local.get 0) (i32.const 30)) (i32.const 1))) (i32.const 1)))
      (i32.add
        (i32.shl (i64.eqz (i64.and (i64.shr_u (local.get 1) (i64.const 31)) (i64.const 1))) (i32.const 2))
        (i32.add
          (i32.shl (i64.eqz (i64.and (i64.shr_s (local.get 1) (i64.const 63)) (i64.const 1))) (i32.const 3))
          (i32.shl (i64.eqz (i64.and (local.get 1) (i64.const 0x4000000000000000))) (i32.const 4))))))
  (func (export "highest bit") (param i64) (result i32)
    (i64.eqz (i64.and (local.get 0) (i64.const 0x8000000000000000))))
  (func (export "products") (param i32 i64) (result i32 i32 i32 i64 i64 i64)
    (i32.mul (local.get 0) (i32.const 3)) (i32.mul (local.get 0) (i32.const 5))
    (i32.mul (i32.const 9) (local.get 0)) (i64.mul (local.get 1) (i64.const 3))
    (i64.mul (local.get 1) (i64.const 5)) (i64.mul (local.get 1) (i64.const 9)))
  (func (export "rotated") (param i32 i64) (result i32 i64 i32)
    (i32.or (i32.shr_u (local.get 0) (i32.const 27)) (i32.shl (local.get 0) (i32.const 5)))
    (i64.or (i64.shl (local.get 1) (i64.const 40)) (i64.shr_u (local.get 1) (i64.const 24)))
    (i32.or (i32.shr_u (local.get 0) (i32.const 26)) (i32.shl (local.get 0) (i32.const 5)))))
