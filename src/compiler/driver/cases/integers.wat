;; Operands as immediates, addresses and memory; a shift by a variable; division by one.
(module
  (memory 1)
  (func (export "scaled") (param $base i32) (param $index i32) (result i32)
    (i32.load offset=8 (i32.add (local.get $base) (i32.shl (local.get $index) (i32.const 2)))))
  (func (export "from_memory") (param $pointer i32) (param $value i64) (result i64)
    (i64.add (local.get $value) (i64.load (local.get $pointer))))
  (func (export "shifted") (param $value i32) (param $count i32) (result i32)
    (i32.shr_u (local.get $value) (local.get $count)))
  (func (export "divided") (param $value i32) (param $by i32) (result i32)
    (i32.div_s (local.get $value) (local.get $by)))
  (func (export "tenth") (param $value i32) (result i32)
    (i32.div_u (local.get $value) (i32.const 10))))

;; Machine code:
;; scaled
;;     0  lea eax,[rdi+rsi*4]
;;     3  mov eax,dword [r15+rax+8]
;;     8  ret
;; from_memory
;;     0  mov rax,rsi
;;     3  add rax,qword [r15+rdi]
;;     7  ret
;; shifted
;;     0  mov rax,rdi
;;     3  mov rcx,rsi
;;     6  shr eax,cl
;;     8  ret
;; divided
;;     0  mov rax,rdi
;;     3  test esi,esi
;;     5  je 16
;;     7  cmp esi,-1
;;    10  je 21
;;    12  cdq
;;    13  idiv esi
;;    15  ret
;;    16  call runtime.trap.1
;;    21  neg eax
;;    23  jo 27
;;    25  jmp 15
;;    27  call runtime.trap.2
;; tenth
;;     0  mov eax,-858993459
;;     5  imul rdi,rax
;;     9  mov rax,rdi
;;    12  shr rax,35
;;    16  ret
