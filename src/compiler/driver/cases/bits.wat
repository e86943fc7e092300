;; Tests of single bits, and what else of integers takes a single instruction.
(module
  (memory 1)
  (func (export "shifted down") (param i32 i32) (result i32)
    (if (i32.and (i32.shr_u (local.get 0) (local.get 1)) (i32.const 1)) (then unreachable))
    (local.get 0))
  (func (export "shifted up") (param i64 i64) (result i64)
    (if (i64.eqz (i64.and (i64.shl (i64.const 1) (local.get 1)) (local.get 0))) (then unreachable))
    (local.get 0))
  (func (export "one of a set") (param i32) (result i32)
    (i32.ne (i32.const 0) (i32.and (i32.shl (i32.const 1) (local.get 0)) (i32.const 0x2600))))
  (func (export "known position") (param i32) (result i32)
    (if (i32.and (i32.shr_s (local.get 0) (i32.const 31)) (i32.const 1)) (then unreachable))
    (local.get 0))
  (func (export "high position") (param i64) (result i32)
    (i64.eqz (i64.and (local.get 0) (i64.const 0x10000000000))))
  (func (export "memory on the left") (param i32 i32) (result i32)
    (i32.lt_s (i32.load (local.get 0)) (local.get 1)))
  (func (export "three times") (param i64) (result i64) (i64.mul (local.get 0) (i64.const 3)))
  (func (export "nine times") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 9)))
  (func (export "rotated") (param i32) (result i32)
    (i32.or (i32.shr_u (local.get 0) (i32.const 27)) (i32.shl (local.get 0) (i32.const 5)))))

;; Machine code:
;; shifted down
;;     0  bt edi,esi
;;     3  jb 9
;;     5  mov rax,rdi
;;     8  ret
;;     9  call runtime.trap.0
;; shifted up
;;     0  bt rdi,rsi
;;     4  jae 10
;;     6  mov rax,rdi
;;     9  ret
;;    10  call runtime.trap.0
;; one of a set
;;     0  mov eax,9728
;;     5  bt eax,edi
;;     8  setb al
;;    11  movzx eax,al
;;    14  ret
;; known position
;;     0  test edi,-2147483648
;;     6  jne 12
;;     8  mov rax,rdi
;;    11  ret
;;    12  call runtime.trap.0
;; high position
;;     0  bt rdi,40
;;     5  setae al
;;     8  movzx eax,al
;;    11  ret
;; memory on the left
;;     0  cmp dword [r15+rdi],esi
;;     4  setl al
;;     7  movzx eax,al
;;    10  ret
;; three times
;;     0  lea rax,[rdi+rdi*2]
;;     4  ret
;; nine times
;;     0  lea eax,[rdi+rdi*8]
;;     3  ret
;; rotated
;;     0  mov rax,rdi
;;     3  rol eax,5
;;     6  ret
